"""Reading bars back: ranges, limits, last prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from GlobalMarkets.feeds.port import Listing
from GlobalMarkets.feeds.tests.makers import IBM, OPEN, SPY, at, make_bar, make_open_bar
from GlobalMarkets.selectors import bars as selectors
from GlobalMarkets.selectors.bars import BarRange
from GlobalMarkets.services.ingest import VwapRow, record_bars, record_vwaps
from GlobalMarkets.services.watchlist import record_watchlist

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_minutes():
    record_bars([*(make_bar(minute) for minute in range(5)), make_open_bar(5), make_bar(1, IBM)])


def minutes(found):
    return [int((bar.minute - OPEN).total_seconds() // 60) for bar in found]


@pytest.mark.parametrize(
    ("wanted", "with_open", "found"),
    [
        (BarRange(SPY), False, [0, 1, 2, 3, 4]),
        (BarRange(SPY), True, [0, 1, 2, 3, 4, 5]),
        (BarRange(SPY, limit=2), True, [4, 5]),
        (BarRange(SPY, limit=2), False, [3, 4]),
        (BarRange(SPY, start=at(60), end=at(180)), True, [1, 2]),
        (BarRange(SPY, end=at(180), limit=1), True, [2]),
        (BarRange(Listing("JPN", "SPY")), True, []),
    ],
)
def test_the_newest_of_a_range_ascending(five_minutes, wanted, with_open, found):
    assert minutes(selectors.bars_of_range(wanted, with_open)) == found


def test_whether_there_are_older_ones(five_minutes):
    assert selectors.has_older(SPY, at(60))
    assert not selectors.has_older(SPY, at(0))


def test_the_open_bar(five_minutes):
    assert selectors.open_bar(SPY).minute == at(300)
    assert selectors.open_bar(IBM) is None
    assert list(selectors.open_bars([SPY, IBM])) == [SPY]


def test_of_two_open_bars_the_newer_counts(five_minutes):
    record_bars([make_open_bar(7, close=Decimal("101.0101"))])
    bar = selectors.open_bars([SPY, IBM])[SPY]
    assert (bar.minute, bar.close, bar.closed, bar.as_of) == (at(420), Decimal("101.0101"), False, at(430))
    assert selectors.open_bars([]) == {}


def test_a_bar_read_in_bulk_is_the_stored_one(five_minutes):
    bar = selectors.closed_bars([(SPY, at(60))])[SPY, at(60)]
    assert selectors.row_of(bar) == make_bar(1)


def test_many_keys_of_many_listings_are_found_in_one_query(five_minutes, django_assert_num_queries):
    keys = [(SPY, at(60 * minute)) for minute in range(7)] + [(IBM, at(60)), (IBM, at(0))]
    with django_assert_num_queries(1):
        found = selectors.closed_bars(keys)
    assert set(found) == {*((SPY, at(60 * minute)) for minute in range(5)), (IBM, at(60))}


def test_last_prices_are_of_the_newest_bar_open_or_closed(five_minutes, monkeypatch):
    record_bars([make_open_bar(5, second=20, close=Decimal("101.01"))])
    monkeypatch.setattr(selectors, "LOOKUP", 1)
    assert selectors.last_prices(["SPY", "IBM", "AAPL"]) == {"SPY": Decimal("101.01"), "IBM": Decimal("100.75")}
    assert selectors.last_bars(["SPY"])["SPY"].as_of == at(320)
    assert selectors.last_prices([]) == {}


def test_the_newest_closed_bar_of_each_listing(five_minutes):
    assert selectors.newest_closed([SPY, IBM, Listing("USA", "AAPL")]) == {SPY: at(240), IBM: at(60)}
    assert selectors.newest_closed_between("USA", at(0), at(120)) == {"SPY": at(60), "IBM": at(60)}
    assert selectors.oldest_minute("USA") == at(0)
    assert selectors.oldest_minute("JPN") is None


def test_the_average_is_the_newest_sessions():
    for day, price in ((8, "1"), (7, "2")):
        record_vwaps([VwapRow("USA", "SPY", date(2013, 10, day), Decimal(price), 1, at(60))])
    assert selectors.vwap(SPY).vwap == 1
    assert selectors.vwaps([SPY, IBM])[SPY].vwap == 1
    assert selectors.vwap(IBM) is None
    assert selectors.newest_vwap_session("USA") == date(2013, 10, 8)


def test_the_watchlist_can_change():
    record_watchlist([SPY, IBM])
    record_watchlist([IBM])
    assert selectors.watched() == [IBM]
