"""A replay: what is released when, where its clock stands, and that nothing is lost or given twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GlobalMarkets.feeds import replay as module
from GlobalMarkets.feeds.minutes import MINUTE
from GlobalMarkets.feeds.port import FeedSettingsError
from GlobalMarkets.feeds.recording import Recording, Row, load
from GlobalMarkets.feeds.replay import ReplayFeed, speed_of
from GlobalMarkets.feeds.tests.makers import OPEN, SPY, at, line, make_bar, minute_lines, write_recording

WALL = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def wall(seconds):
    return WALL + timedelta(seconds=seconds)


def make_recording(*minutes):
    bar = make_bar()
    prices = (bar.open, bar.high, bar.low, bar.close)
    return Recording("day.csv", tuple(Row(SPY, OPEN + timedelta(minutes=minute), prices, 1200) for minute in minutes))


def test_a_bar_is_released_when_its_minute_is_over():
    feed = ReplayFeed(make_recording(0, 1), "60")
    assert [len(feed.poll(wall(second)).bars) for second in (0, 0.99, 1, 1.5, 2, 9)] == [0, 0, 1, 0, 1, 0]


def test_a_released_bar_is_closed_as_of_its_end():
    feed = ReplayFeed(make_recording(0), "60")
    feed.poll(WALL)
    assert list(feed.poll(wall(1)).bars) == [make_bar()]


def test_the_clock_waits_for_the_first_poll_and_stops_after_the_last_bar():
    feed = ReplayFeed(make_recording(0, 1), "60")
    assert feed.market_time(wall(100)) == OPEN
    feed.poll(wall(100))
    assert feed.market_time(wall(100.5)) == at(30)
    assert not feed.status().replay.finished
    feed.poll(wall(500))
    assert feed.market_time(wall(500)) == at(120)
    assert feed.status().replay.finished


def test_the_clock_never_passes_a_bar_that_was_not_polled():
    feed = ReplayFeed(make_recording(0, 1, 2), "60")
    feed.poll(WALL)
    assert feed.market_time(wall(60)) == at(60)
    feed.poll(wall(2))
    assert feed.market_time(wall(60)) == at(180)


def test_a_stretch_without_bars_is_jumped_and_its_far_side_is_not_passed():
    feed = ReplayFeed(make_recording(0, 1000), "60")
    for second in range(2):
        feed.poll(wall(second))
    assert feed.market_time(wall(1.9)) == at(60) + timedelta(seconds=54)
    assert feed.market_time(wall(2)) == OPEN + timedelta(minutes=1000)
    assert feed.market_time(wall(50)) == OPEN + timedelta(minutes=1001)


def test_max_does_not_wait_and_its_clock_is_where_the_polls_are(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    feed = ReplayFeed(make_recording(0, 1, 1000), "max")
    assert (feed.market_time(WALL), feed.status().replay.speed) == (OPEN, "max")
    first = feed.poll(WALL)
    assert (len(first.bars), first.at, feed.market_time(WALL)) == (2, at(120), at(120))
    second = feed.poll(WALL)
    assert (len(second.bars), second.at) == (1, OPEN + timedelta(minutes=1001))
    assert feed.status().replay.finished
    assert not feed.poll(WALL).bars


def test_rows_of_one_instant_stay_in_one_poll(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "CHUNK", 2)
    lines = [*minute_lines(0, 1), *minute_lines(0, 1, symbol="IBM"), *minute_lines(0, symbol="AIG")]
    feed = ReplayFeed(load(write_recording(tmp_path, lines)), "max")
    assert [len(feed.poll(WALL).bars) for _ in range(3)] == [3, 2, 0]


def test_a_late_poll_gives_what_was_missed_in_chunks_and_says_how_far(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 2)
    feed = ReplayFeed(make_recording(0, 1, 2, 3), "60")
    feed.poll(WALL)
    assert [feed.poll(wall(3.5)).at for _ in range(2)] == [at(120), at(210)]


def test_seconds_are_released_a_second_later_as_trades(tmp_path):
    feed = ReplayFeed(load(write_recording(tmp_path, [line(at(0)), line(at(3))])), "1")
    assert [len(feed.poll(wall(second)).trades) for second in (0, 1, 3, 4)] == [0, 4, 0, 4]
    assert feed.poll(wall(500)).at == at(60)


def test_history_is_what_is_over():
    feed = ReplayFeed(make_recording(0, 1, 2), "60")
    feed.poll(WALL)
    feed.poll(wall(2))
    assert feed.history(SPY, OPEN, at(600)) == [make_bar(0), make_bar(1)]
    assert feed.history(SPY, at(60), at(120)) == [make_bar(1)]


@given(
    st.lists(st.one_of(st.integers(0, 4), st.integers(6, 900)), min_size=1, max_size=15),
    st.lists(st.floats(0, 40), max_size=30),
    st.sampled_from(["1", "60", "3000", "max"]),
)
def test_every_bar_is_given_once_in_order_and_the_clock_keeps_its_laws(gaps, pauses, speed):
    minutes = [sum(gaps[: count + 1]) + count for count in range(len(gaps))]
    feed = ReplayFeed(make_recording(*minutes), speed)
    given_bars, clock, now = [], feed.market_time(WALL), WALL
    for pause in [0.0, *pauses, 1e9]:
        now += timedelta(seconds=pause)
        shown = feed.market_time(now)
        waiting = minutes[len(given_bars)] if len(given_bars) < len(minutes) else None
        assert shown >= clock
        assert waiting is None or shown <= OPEN + timedelta(minutes=waiting) + MINUTE
        batch = feed.poll(now)
        given_bars += batch.bars
        assert all(bar.as_of <= batch.at for bar in batch.bars)
        clock = max(shown, batch.at)
    assert [bar.minute for bar in given_bars] == [OPEN + timedelta(minutes=minute) for minute in minutes]
    assert feed.status().replay.finished


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", "inf", "", "1e9"])
def test_a_wrong_speed_is_named(text):
    with pytest.raises(FeedSettingsError, match="SPEED="):
        speed_of(text)


def test_speeds():
    assert (speed_of("max"), speed_of("0.5"), speed_of("60")) == (None, 0.5, 60.0)


def test_it_waits_for_a_machine_that_does_not_keep_up():
    feed = ReplayFeed(make_recording(*range(20)), "60", longest_wait=timedelta(seconds=3))
    feed.poll(WALL)
    assert feed.market_time(wall(2)) - feed.market_time(WALL) == timedelta(minutes=1), "the next row waits"
    assert len(feed.poll(wall(2)).bars) == 2
    assert len(feed.poll(wall(3600)).bars) == 3, "an hour of sleep is three seconds of playing"
    assert len(feed.poll(wall(3601)).bars) == 1


def test_a_wall_clock_that_is_set_back_moves_nothing():
    feed = ReplayFeed(make_recording(*range(20)), "60", longest_wait=timedelta(seconds=3))
    feed.poll(WALL)
    feed.poll(wall(2))
    before = feed.market_time(wall(2))
    assert feed.market_time(WALL) == before
    assert list(feed.poll(WALL).bars) == []
