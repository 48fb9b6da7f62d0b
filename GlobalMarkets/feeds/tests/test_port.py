"""One contract over all feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from GlobalMarkets.feeds.minutes import MINUTE, bars_of
from GlobalMarkets.feeds.port import Feed, Listing
from GlobalMarkets.feeds.recording import load
from GlobalMarkets.feeds.replay import ReplayFeed
from GlobalMarkets.feeds.simulated import SimulatedFeed
from GlobalMarkets.feeds.tests.makers import at, line, minute_lines, write_recording

WALL = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SPY = Listing("USA", "SPY")


def simulated(folder):
    return SimulatedFeed(7, [SPY])


def minutes(folder):
    return ReplayFeed(load(write_recording(folder, minute_lines(*range(20)))), "60")


def seconds(folder):
    return ReplayFeed(load(write_recording(folder, [line(at(second)) for second in range(0, 900, 7)])), "60")


@pytest.fixture(params=[simulated, minutes, seconds])
def feed(request, tmp_path):
    return request.param(tmp_path)


def batches(feed, count=30):
    return [feed.poll(WALL + timedelta(seconds=second)) for second in range(count)]


def test_it_is_a_feed_with_a_name_that_its_status_tells(feed):
    assert isinstance(feed, Feed)
    assert feed.status().name == feed.name
    assert feed.status().listings == (SPY,)


def test_time_never_goes_back_and_the_batches_keep_to_it(feed):
    last = feed.market_time(WALL)
    for second in range(20):
        now = WALL + timedelta(seconds=second)
        batch = feed.poll(now)
        assert batch.at <= feed.market_time(now)
        assert last <= feed.market_time(now)
        last = feed.market_time(now)


def test_polls_hand_over_without_overlap(feed):
    told = None
    for batch in batches(feed):
        instants = [trade.at for trade in batch.trades]
        assert instants == sorted(instants)
        assert all(instant < batch.at and (told is None or instant >= told) for instant in instants)
        assert all(told is None or told < bar.as_of <= batch.at for bar in batch.bars)
        told = batch.at


def test_polling_again_at_once_gives_nothing(feed):
    batches(feed)
    again = feed.poll(WALL + timedelta(seconds=29))
    assert (list(again.trades), list(again.bars)) == ([], [])


def test_history_agrees_with_the_polls(feed):
    found = batches(feed, 200)
    trades = [trade for batch in found for trade in batch.trades]
    bars = [bar for batch in found for bar in batch.bars]
    over = [bar for bar in bars + list(bars_of(trades)) if bar.minute + MINUTE <= found[-1].at]
    assert over
    assert feed.history(SPY, over[0].minute, over[-1].minute + MINUTE) == over
    assert feed.history(SPY, over[1].minute, over[-1].minute) == over[1:-1]
