"""Recording: only what really changes is named, nothing older wins, what is impossible is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from GlobalMarkets.feeds.port import FigureError
from GlobalMarkets.feeds.tests.makers import IBM, OPEN, SPY, at, make_bar, make_open_bar
from GlobalMarkets.models import Bar, Vwap
from GlobalMarkets.selectors.bars import row_of
from GlobalMarkets.services.ingest import (
    BarKey,
    VwapKey,
    VwapRow,
    close_bars_before,
    record_bars,
    record_vwaps,
    usable,
)

pytestmark = pytest.mark.django_db


def stored(listing=SPY, minute=0):
    return row_of(Bar.objects.get(symbol=listing.symbol, minute=OPEN + timedelta(minutes=minute)))


def test_recording_twice_names_the_keys_once():
    rows = [make_bar(1), make_bar(0), make_bar(0, IBM), make_open_bar(2)]
    assert record_bars(rows) == [
        BarKey("USA", "IBM", at(0), True),
        BarKey("USA", "SPY", at(0), True),
        BarKey("USA", "SPY", at(60), True),
        BarKey("USA", "SPY", at(120), False),
    ]
    assert record_bars(rows) == []
    assert stored() == make_bar()


@pytest.mark.parametrize("name", ["open", "close"])
def test_a_figure_that_differs_is_a_change(name):
    record_bars([make_bar()])
    corrected = replace(make_bar(), **{name: Decimal("100.1234")})
    assert len(record_bars([corrected, make_bar(1)])) == 2
    assert stored() == corrected


def test_an_older_reading_changes_nothing():
    record_bars([make_open_bar(second=20)])
    assert record_bars([make_open_bar(second=19, volume=1)]) == []
    assert record_bars([make_open_bar(second=21, volume=1300)]) == [BarKey("USA", "SPY", at(0), False)]


def test_what_is_closed_never_opens_again():
    record_bars([make_bar()])
    assert record_bars([replace(make_bar(), closed=False, volume=1)]) == []
    assert stored() == make_bar()


def test_the_last_of_one_minutes_rows_is_stored():
    record_bars([make_open_bar(second=5, volume=1), make_bar(), make_open_bar(second=7, volume=2)])
    assert stored() == make_bar()


def test_many_rows_go_in_one_statement(django_assert_num_queries):
    rows = [make_bar(minute) for minute in range(2000)]
    with django_assert_num_queries(1):
        record_bars(reversed(rows))
    assert stored(minute=1999) == rows[1999]


def test_of_many_rows_those_that_differ_are_changed():
    rows = [make_bar(minute) for minute in range(20)]
    assert [key.minute for key in record_bars(rows)] == [row.minute for row in rows]
    assert record_bars([*rows[:-1], replace(rows[-1], volume=1)]) == [BarKey("USA", "SPY", rows[-1].minute, True)]


def test_nothing_to_record():
    assert record_bars([]) == []


def test_one_bad_figure_stores_nothing_and_is_named():
    with pytest.raises(FigureError, match=r"USA SPY 2013-10-08T13:31:00Z: high 99 is below low 99.25"):
        record_bars([make_bar(), make_bar(1, high=Decimal(99))])
    assert not Bar.objects.exists()


def test_usable_parts_the_good_from_the_bad():
    good, faults = usable([make_bar(), make_bar(1, volume=-1)])
    assert good == [make_bar()]
    assert faults == ["USA SPY 2013-10-08T13:31:00+00:00: volume -1 is below zero"]


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.decimals(0, Decimal("99999999999.9999"), places=4, allow_nan=False),
    st.integers(0, 10**15 - 1),
)
def test_fifteen_digits_come_back_as_they_went_in(price, volume):
    bar = replace(make_bar(), open=price, high=price, low=price, close=price, volume=volume)
    Bar.objects.all().delete()
    record_bars([bar])
    assert stored() == bar
    assert record_bars([bar]) == []


def test_bars_that_a_crash_left_open_are_closed_as_they_stand():
    record_bars([make_open_bar(0), make_open_bar(1), make_open_bar(0, listing=IBM), make_bar(2)])
    assert close_bars_before(at(119)) == [BarKey("USA", "IBM", at(0), True), BarKey("USA", "SPY", at(0), True)]
    assert stored().as_of == at(60)
    assert not stored(minute=1).closed
    assert close_bars_before(at(119)) == []


DAY = date(2013, 10, 8)


def make_vwap(**differing):
    row = VwapRow("USA", "SPY", DAY, Decimal("166.31"), 1000, datetime(2013, 10, 8, 14, 0, tzinfo=UTC))
    return replace(row, **differing)


def test_averages_are_recorded_once_and_never_replaced_by_older_ones():
    assert record_vwaps([make_vwap()]) == [VwapKey("USA", "SPY", DAY)]
    assert record_vwaps([make_vwap()]) == []
    assert record_vwaps([make_vwap(volume=900, as_of=make_vwap().as_of - timedelta(minutes=1))]) == []
    assert record_vwaps([make_vwap(volume=1100)]) == [VwapKey("USA", "SPY", DAY)]
    assert Vwap.objects.get().volume == 1100


def test_an_impossible_average_is_refused():
    with pytest.raises(FigureError, match="USA SPY 2013-10-08: vwap NaN is not a number"):
        record_vwaps([make_vwap(vwap=Decimal("NaN"))])
