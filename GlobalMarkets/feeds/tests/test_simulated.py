"""The simulated feed's laws: repeatable, continuous across restarts, believable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from GlobalMarkets.feeds.minutes import bars_of
from GlobalMarkets.feeds.port import Listing
from GlobalMarkets.feeds.simulated import SPAN, Moment, Path, SimulatedFeed, activity

SPY, AAPL, TSLA = (Listing("USA", symbol) for symbol in ("SPY", "AAPL", "TSLA"))
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def polled(feed, start, seconds, step=1):
    """All trades of polling from `start` on, every `step` seconds."""
    return [
        trade for second in range(0, seconds + 1, step) for trade in feed.poll(start + timedelta(seconds=second)).trades
    ]


def test_the_same_seed_draws_the_same_prints_and_another_seed_others():
    first, second = polled(SimulatedFeed(7, [SPY]), NOON, 60), polled(SimulatedFeed(7, [SPY]), NOON, 60)
    assert first == second
    assert first
    assert polled(SimulatedFeed(8, [SPY]), NOON, 60) != first


def test_how_often_it_is_polled_changes_nothing():
    assert polled(SimulatedFeed(7, [SPY, TSLA]), NOON, 120) == polled(SimulatedFeed(7, [SPY, TSLA]), NOON, 120, step=40)


def test_history_is_what_polling_gave():
    feed = SimulatedFeed(7, [SPY])
    trades = polled(feed, NOON, 300)
    assert feed.history(SPY, NOON, NOON + timedelta(minutes=5)) == list(bars_of(trades))


def test_a_restart_within_a_minute_begins_with_the_minute():
    whole = polled(SimulatedFeed(7, [SPY]), NOON, 40)
    assert list(SimulatedFeed(7, [SPY]).poll(NOON + timedelta(seconds=40)).trades) == whole


def test_a_long_sleep_is_made_up_for_in_bounded_polls():
    feed = SimulatedFeed(7, [SPY])
    feed.poll(NOON)
    later = NOON + 2.5 * SPAN
    assert [feed.poll(later).at for _ in range(4)] == [NOON + SPAN, NOON + 2 * SPAN, later, later]


def test_a_clock_that_steps_back_gives_nothing_twice():
    feed = SimulatedFeed(7, [SPY])
    feed.poll(NOON + timedelta(seconds=30))
    batch = feed.poll(NOON)
    assert (batch.at, list(batch.trades)) == (NOON + timedelta(seconds=30), [])


def test_subscribing_changes_what_is_given():
    feed = SimulatedFeed(7, [SPY])
    feed.subscribe([TSLA])
    assert {trade.symbol for trade in polled(feed, NOON, 30)} == {"TSLA"}
    assert feed.status().listings == (TSLA,)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds are naive
def test_prices_are_positive_cents_near_their_start_at_any_instant(instant):
    for listing, start in ((SPY, 590), (AAPL, 240), (TSLA, 405), (Listing("USA", "XYZ"), None)):
        path = Path(7, listing)
        price = path.price(Moment.of(instant))
        assert price > 0
        assert start is None or abs(price / start - 1) < 0.35
        for trade in path.prints(instant.replace(microsecond=0)):
            assert trade.price > 0
            assert trade.price.as_tuple().exponent == -2
            assert trade.size > 0


def test_volume_is_a_u_over_the_new_york_day():
    feed = SimulatedFeed(7)
    open_, noon, close = (
        mean(bar.volume for bar in feed.history(SPY, begin, begin + timedelta(minutes=20)))
        for begin in (NOON.replace(hour=14, minute=30), NOON, NOON.replace(hour=20, minute=40))
    )
    assert open_ > 2 * noon
    assert close > 2 * noon


def test_nights_and_weekends_are_quiet_but_not_dead():
    feed = SimulatedFeed(7)
    for night in (NOON.replace(hour=5), datetime(2026, 11, 21, 17, 0, tzinfo=UTC)):
        bars = feed.history(SPY, night, night + timedelta(minutes=60))
        assert 40 < len(bars) < 60
        assert mean(bar.volume for bar in bars) < mean(
            bar.volume for bar in feed.history(SPY, NOON, NOON + timedelta(minutes=60))
        )


def test_a_session_opens_with_a_gap():
    bell = NOON.replace(hour=14, minute=30)
    path = Path(7, TSLA)
    before, after = (path.price(Moment.of(bell + timedelta(seconds=second))) for second in (-1, 0))
    further = path.price(Moment.of(bell + timedelta(seconds=1)))
    assert abs(after / before - 1) > 5 * abs(further / after - 1)


@pytest.mark.parametrize(("clock", "busier_than"), [(9.5 * 3600, 12.75 * 3600), (15.99 * 3600, 9.49 * 3600)])
def test_activity(clock, busier_than):
    assert activity(clock) > activity(busier_than)
