"""Schedules in the database: loaded once, replaced where they changed, joined where they meet."""

from datetime import UTC, date, datetime

import pytest

from GlobalMarkets.calendars.errors import ScheduleFault, UnknownVenue
from GlobalMarkets.calendars.venues import venue_rows
from GlobalMarkets.models import TradingSession, Venue
from GlobalMarkets.services import calendars
from GlobalMarkets.services.calendars import joined, load_shipped
from GlobalMarkets.tests.markets import WEEKS, make_venue, store

pytestmark = pytest.mark.django_db


def test_what_is_shipped_is_loaded_once(django_assert_num_queries) -> None:
    assert load_shipped(["XPAR", "XAMS"]) == ["XPAR", "XAMS"]
    stored = TradingSession.objects.count()
    assert stored > 5000
    with django_assert_num_queries(2):
        assert load_shipped(["XPAR", "XAMS"]) == []
    assert TradingSession.objects.count() == stored


def test_a_day_that_was_tampered_with_is_put_right_by_the_next_shipment() -> None:
    load_shipped(["XPAR"])
    day = TradingSession.objects.get(venue__mic="XPAR", date=date(2026, 11, 20))
    TradingSession.objects.filter(pk=day.pk).update(closes_at=day.opens_at)
    Venue.objects.update(shipped="an older file")
    assert load_shipped(["XPAR"]) == ["XPAR"]
    assert TradingSession.objects.get(venue__mic="XPAR", date=date(2026, 11, 20)).closes_at == day.closes_at


def test_an_unknown_venue_is_named() -> None:
    with pytest.raises(UnknownVenue, match="XXXX"):
        load_shipped(["XXXX"])


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(calendars, "SHIPPED", tmp_path)
    with pytest.raises(ScheduleFault, match=r"XPAR\.txt:1: the file is missing"):
        load_shipped(["XPAR"])


def test_a_broken_file_leaves_nothing_half_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    (tmp_path / "XPAR.txt").write_text(WEEKS + "nonsense\n")
    monkeypatch.setattr(calendars, "SHIPPED", tmp_path)
    with pytest.raises(ScheduleFault, match=r"XPAR\.txt:6: not a line"):
        load_shipped(["XPAR"])
    assert not Venue.objects.exists()


def test_a_venue_is_as_its_table_tells() -> None:
    venue = make_venue()
    assert (venue.market_id, venue.country, venue.currency, venue.time_zone) == (1, "USA", "USD", "America/New_York")
    assert [row.mic for row in venue_rows()][venue.place - 1] == "XNYS"


def test_sessions_are_instants_and_holidays_have_none() -> None:
    venue = make_venue()
    day = venue.sessions.get(date=date(2026, 11, 27))
    assert (day.kind, day.name) == ("EARLY_CLOSE", "Day after Thanksgiving")
    assert day.opens_at == datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
    assert day.closes_at == datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
    holiday = venue.sessions.get(date=date(2026, 11, 26))
    assert (holiday.kind, holiday.opens_at) == ("HOLIDAY", None)


def test_only_what_changed_is_replaced_and_told() -> None:
    store()
    kept = set(TradingSession.objects.exclude(date=date(2026, 11, 27)).values_list("pk", flat=True))
    changes = store(text=WEEKS.replace("09:30-13:00", "09:30-12:00"))
    assert [(change.mic, change.day) for change in changes] == [("XNYS", date(2026, 11, 27))]
    assert kept < set(TradingSession.objects.values_list("pk", flat=True))
    assert store(text=WEEKS.replace("09:30-13:00", "09:30-12:00")) == []


def test_a_day_that_is_a_session_no_more_is_gone() -> None:
    store(text=WEEKS + "2026-11-28 09:30-13:00 # Saturday session\n")
    changes = store()
    assert [(change.day, change.after) for change in changes] == [(date(2026, 11, 28), None)]


def test_stretches_that_touch_are_joined() -> None:
    venue = make_venue()
    store(text="range 2026-12-05 2026-12-31\nusual 2026-12-05 09:30-16:00\n")
    store(text="range 2013-10-01 2013-10-31\nusual 2013-10-01 09:30-16:00\n")
    assert list(venue.stretches.order_by("first").values_list("first", "last")) == [
        (date(2013, 10, 1), date(2013, 10, 31)),
        (date(2026, 11, 16), date(2026, 12, 31)),
    ]


def test_joining_keeps_a_longer_stretch_whole() -> None:
    days = [date(2026, 1, day) for day in range(1, 10)]
    assert joined([(days[0], days[7]), (days[2], days[4])]) == [(days[0], days[7])]
    assert joined([(days[4], days[5]), (days[0], days[2])]) == [(days[0], days[2]), (days[4], days[5])]
