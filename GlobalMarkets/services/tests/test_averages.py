"""Which hours an average covers, and when it is worked out anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from GlobalMarkets.calendars.days import Session
from GlobalMarkets.feeds.tests.makers import OPEN, at, make_bar, make_open_bar
from GlobalMarkets.models import TradingSession, Venue
from GlobalMarkets.services.averages import averages_due
from GlobalMarkets.services.ingest import record_bars, record_vwaps
from GlobalMarkets.services.session_window import HOMES, window_of

ZONE = HOMES["USA"].zone
DAY = date(2013, 10, 8)
CLOSE = OPEN + timedelta(minutes=390)
MIDNIGHT = datetime(2013, 10, 8, 4, 0, tzinfo=UTC)
SESSIONS = {DAY: Session(DAY, OPEN, CLOSE)}


@pytest.mark.parametrize(
    ("sessions", "instant", "start", "end"),
    [
        (SESSIONS, OPEN, OPEN, CLOSE),
        (SESSIONS, CLOSE + timedelta(hours=2), OPEN, CLOSE),
        (SESSIONS, OPEN - timedelta(seconds=1), MIDNIGHT, MIDNIGHT + timedelta(days=1)),
        ({}, OPEN, MIDNIGHT, MIDNIGHT + timedelta(days=1)),
    ],
)
def test_the_window_is_the_session_once_it_has_opened_else_the_day(sessions, instant, start, end):
    window = window_of(DAY, sessions, ZONE, instant)
    assert (window.date, window.start, window.end) == (DAY, start, end)


def test_a_day_of_25_hours():
    window = window_of(date(2026, 11, 1), {}, ZONE, OPEN)
    assert window.end - window.start == timedelta(hours=25)


def priced(minute, price, volume, **differing):
    prices = dict.fromkeys(("open", "high", "low", "close"), Decimal(price))
    return replace(make_bar(minute), volume=volume, **prices, **differing)


@pytest.fixture
def new_york(db):
    venue, _ = Venue.objects.get_or_create(
        mic="XNYS",
        defaults={
            "market_id": 1,
            "name": "New York",
            "city": "New York",
            "country": "USA",
            "time_zone": "America/New_York",
            "currency": "USD",
            "place": 1,
            "known_until": date(2030, 1, 1),
        },
    )
    for day in (0, 1):
        since = timedelta(days=day)
        TradingSession.objects.update_or_create(
            venue=venue,
            date=DAY + since,
            defaults={"kind": "REGULAR", "opens_at": OPEN + since, "closes_at": CLOSE + since},
        )


def due(instant):
    """Record what is due; the (symbol, session, vwap, volume, as_of) of each."""
    rows = averages_due(instant)
    record_vwaps(rows)
    return [(row.symbol, row.session, row.vwap, row.volume, row.as_of) for row in rows]


def test_the_sessions_closed_bars_count_and_no_others(new_york):
    record_bars([priced(-30, "1.00", 10**6), priced(0, "10.00", 100), priced(1, "20.00", 300), make_open_bar(2)])
    assert due(at(121)) == [("SPY", DAY, Decimal("17.5"), 400, at(120))]
    assert due(at(121)) == []


def test_a_newer_closed_bar_makes_it_due_again(new_york):
    record_bars([priced(0, "10.00", 100)])
    due(at(60))
    record_bars([priced(1, "20.00", 100)])
    assert due(at(120)) == [("SPY", DAY, Decimal(15), 200, at(120))]


def test_before_the_open_the_day_so_far_counts(new_york):
    record_bars([priced(-30, "1.00", 10)])
    assert due(at(-1)) == [("SPY", DAY, Decimal(1), 10, at(-1740))]
    record_bars([priced(0, "10.00", 100)])
    assert due(at(60)) == [("SPY", DAY, Decimal(10), 100, at(60))]


def test_sessions_that_passed_meanwhile_are_completed(new_york):
    record_bars([priced(389, "10.00", 100), priced(24 * 60, "20.00", 100)])
    assert [row[1] for row in due(at(24 * 3600 + 60))] == [DAY, DAY + timedelta(days=1)]


def test_a_listing_without_volume_has_none(new_york):
    record_bars([priced(0, "10.00", 0)])
    assert due(at(60)) == []


def test_without_any_bar_nothing_is_due(new_york):
    assert due(at(60)) == []
