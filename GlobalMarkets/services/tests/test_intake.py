"""Nothing that a feed told is lost, whatever fails and whenever the process is restarted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from GlobalMarkets.feeds.minutes import bars_of, minute_of
from GlobalMarkets.feeds.port import FeedBatch, FeedStatus, Listing
from GlobalMarkets.feeds.recording import load
from GlobalMarkets.feeds.replay import ReplayFeed
from GlobalMarkets.feeds.simulated import SimulatedFeed
from GlobalMarkets.feeds.tests.makers import (
    IBM,
    OPEN,
    SPY,
    at,
    make_bar,
    make_open_bar,
    make_trade,
    minute_lines,
    write_recording,
)
from GlobalMarkets.models import Bar, Instrument
from GlobalMarkets.selectors.bars import row_of, watched
from GlobalMarkets.services import watchlist
from GlobalMarkets.services.ingest import record_bars
from GlobalMarkets.services.intake import BEHIND, BarIntake, IntakeBusy, intake_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 17, 0, 30, tzinfo=UTC)


def drained(intake, now):
    """Take and record steps until nothing is due; how many there were."""
    count = 0
    while step := intake.next_step(now):
        intake.record(step)
        intake.settle(step)
        count += 1
    return count


def simulated():
    return SimulatedFeed(7, [SPY])


def stored():
    return [row_of(bar) for bar in Bar.objects.order_by("minute", "symbol")]


def test_a_new_process_fills_in_what_it_missed_and_goes_on_live():
    intake = BarIntake(simulated())
    drained(intake, NOW)
    current = minute_of(NOW)
    bars = stored()
    assert bars[0].minute == current - BEHIND
    assert bars[:-1] == simulated().history(SPY, current - BEHIND, current)
    assert not bars[-1].closed
    assert intake.recorded_until == NOW


def test_a_restart_ends_at_the_bars_of_a_process_that_never_stopped():
    drained(BarIntake(simulated()), NOW)
    later = NOW + timedelta(minutes=3)
    drained(BarIntake(simulated()), later)
    closed = [bar for bar in stored() if bar.closed]
    assert closed == simulated().history(SPY, closed[0].minute, minute_of(later))


def test_a_restart_within_the_minute_counts_nothing_twice():
    drained(BarIntake(simulated()), NOW)
    drained(BarIntake(simulated()), NOW + timedelta(seconds=60))
    whole = next(iter(bars_of(simulated().poll(NOW + timedelta(seconds=29)).trades)))
    bar = next(bar for bar in stored() if bar.minute == minute_of(NOW))
    assert bar.open == whole.open
    assert [bar] == simulated().history(SPY, bar.minute, bar.minute + timedelta(minutes=1))


def test_a_step_that_failed_is_what_comes_next():
    intake = BarIntake(simulated())
    step = intake.next_step(NOW)
    assert intake.next_step(NOW + timedelta(seconds=9)) is step
    intake.record(step)
    intake.settle(step)
    assert intake.next_step(NOW) is not step


def test_only_one_takes_steps_at_a_time():
    intake = BarIntake(simulated())
    with intake.turn(), pytest.raises(IntakeBusy), intake.turn():
        pass
    with intake.turn() as again:
        assert again is intake


def test_a_feed_has_one_intake():
    one, other = simulated(), simulated()
    assert intake_of(one) is intake_of(one)
    assert intake_of(other).feed is other


def test_a_replay_begins_with_its_file_and_watches_its_symbols(tmp_path):
    Instrument.objects.create(country="USA", symbol="TSLA", is_watched=True)
    lines = [*minute_lines(0, 1), *minute_lines(1, symbol="IBM")]
    intake = BarIntake(ReplayFeed(load(write_recording(tmp_path, lines)), "max"))
    drained(intake, NOW)
    assert stored() == [make_bar(), make_bar(1, Listing("USA", "IBM")), make_bar(1)]
    assert watched() == [("USA", "SPY"), ("USA", "IBM")]
    assert intake.recorded_until == at(120)
    assert Instrument.objects.filter(is_watched=False).get().symbol == "TSLA"


@pytest.fixture
def held(monkeypatch):
    """The symbols that somebody needs beside the watchlist; a test adds to them."""
    symbols = []
    monkeypatch.setattr(watchlist, "_needed", [lambda: symbols, lambda: symbols[:1]])
    return symbols


def bars_of_listing(listing):
    return [bar for bar in stored() if bar.listing == listing]


def test_what_is_held_from_the_beginning_is_watched_like_the_others(held):
    held.append("IBM")
    feed, current = simulated(), minute_of(NOW)
    drained(BarIntake(feed), NOW)
    assert feed.status().listings == (SPY, IBM)
    *closed, still_open = bars_of_listing(IBM)
    assert closed == feed.history(IBM, current - BEHIND, current)
    assert (still_open.closed, still_open.minute) == (False, current)


def test_what_is_bought_later_joins_with_its_history_and_without_half_a_minute(held):
    feed, current = simulated(), minute_of(NOW)
    intake = BarIntake(feed)
    drained(intake, NOW)
    held.append("IBM")
    for second in (1, 9):
        drained(intake, NOW + timedelta(seconds=second))
        assert bars_of_listing(IBM) == feed.history(IBM, current - BEHIND, current)
    for second in (31, 40, 90, 100):
        drained(intake, NOW + timedelta(seconds=second))
    assert feed.status().listings == (SPY, IBM)
    *whole, still_open = bars_of_listing(IBM)
    assert whole == feed.history(IBM, current - BEHIND, current + timedelta(minutes=2))
    assert (still_open.closed, still_open.minute) == (False, current + timedelta(minutes=2))
    assert [bar for bar in bars_of_listing(SPY) if bar.closed] == feed.history(
        SPY, current - BEHIND, current + timedelta(minutes=2)
    )


def test_what_is_sold_is_watched_until_the_process_ends(held):
    held.append("IBM")
    feed = simulated()
    intake = BarIntake(feed)
    drained(intake, NOW)
    held.clear()
    drained(intake, NOW + timedelta(seconds=1))
    assert feed.status().listings == (SPY, IBM)


def test_a_replay_shows_its_file_whatever_is_held(held, tmp_path):
    held.append("IBM")
    feed = ReplayFeed(load(write_recording(tmp_path, minute_lines(0, 1))), "max")
    drained(BarIntake(feed), NOW)
    assert feed.status().listings == (SPY,)


class ScriptedFeed:
    """A feed that tells what it is given, for what the others never do."""

    name = "scripted"

    def __init__(self, *batches):
        self.batches = list(batches)

    def subscribe(self, listings):
        """Nothing."""

    def poll(self, now):
        return self.batches.pop(0) if len(self.batches) > 1 else self.batches[0]

    def market_time(self, now):
        return self.batches[-1].at

    def history(self, listing, start, end):
        return []

    def status(self):
        return FeedStatus(self.name, (), None)


def test_rows_that_cannot_be_recorded_hold_up_no_others():
    intake = BarIntake(ScriptedFeed(FeedBatch(at(60), bars=[make_bar(volume=-1), make_bar(0, Listing("USA", "IBM"))])))
    step = intake.next_step(NOW)
    assert [row.symbol for row in step.rows] == ["IBM"]


def test_quiet_polls_are_passed_over_until_the_feed_has_caught_up():
    intake = BarIntake(ScriptedFeed(FeedBatch(at(10)), FeedBatch(at(20)), FeedBatch(at(30), [make_trade(25)])))
    assert [row.as_of for row in intake.next_step(NOW).rows] == [at(25)]


def test_late_trades_leave_the_stored_minute_as_it_is():
    intake = BarIntake(ScriptedFeed(FeedBatch(at(70)), FeedBatch(at(71), [make_trade(5)])))
    assert intake.next_step(NOW) is None


def test_an_open_bar_of_the_running_minute_is_resumed():
    record_bars([make_open_bar(second=10, volume=500)])
    intake = BarIntake(ScriptedFeed(FeedBatch(OPEN + timedelta(seconds=30), [make_trade(10), make_trade(20, size=7)])))
    assert [row.volume for row in intake.next_step(NOW).rows] == [507]
