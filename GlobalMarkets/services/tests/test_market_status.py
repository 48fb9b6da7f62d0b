"""The recorded status: never older than what is there, and only where the schedule is known."""

from datetime import UTC, datetime, timedelta

import pytest

from GlobalMarkets.calendars.errors import UnknownVenue
from GlobalMarkets.models import MarketStatus
from GlobalMarkets.services.market_status import record_market_status
from GlobalMarkets.tests.markets import TOKYO_WEEKS, make_venue

pytestmark = pytest.mark.django_db
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _venues() -> None:
    make_venue("XNYS")
    make_venue("XTKS", TOKYO_WEEKS)


def test_all_venues_are_recorded_east_to_west() -> None:
    assert record_market_status(OPEN) == ["XTKS", "XNYS"]
    row = MarketStatus.objects.get(venue__mic="XNYS")
    assert (row.status, row.phase, row.next_event, row.is_holiday) == ("OPEN", "OPEN", "CLOSE", False)
    assert (row.next_event_at, row.as_of) == (OPEN + timedelta(hours=6, minutes=30), OPEN)


def test_the_same_or_an_older_moment_changes_nothing() -> None:
    record_market_status(OPEN)
    assert record_market_status(OPEN) == []
    assert record_market_status(OPEN - timedelta(seconds=10)) == []
    assert MarketStatus.objects.get(venue__mic="XNYS").as_of == OPEN


def test_a_later_moment_is_recorded_even_where_only_the_seconds_move() -> None:
    record_market_status(OPEN)
    assert record_market_status(OPEN + timedelta(seconds=10), ["XNYS"]) == ["XNYS"]
    assert MarketStatus.objects.get(venue__mic="XTKS").as_of == OPEN


def test_a_moment_is_recorded_to_the_second() -> None:
    record_market_status(OPEN - timedelta(milliseconds=1), ["XNYS"])
    row = MarketStatus.objects.get(venue__mic="XNYS")
    assert (row.status, row.phase, row.as_of) == ("CLOSED", "PREOPEN", OPEN - timedelta(seconds=1))


def test_where_the_schedule_is_not_known_nothing_is_claimed() -> None:
    assert record_market_status(datetime(2015, 1, 5, 15, 0, tzinfo=UTC)) == []
    assert record_market_status(datetime(2026, 12, 4, 21, 0, tzinfo=UTC)) == []
    assert not MarketStatus.objects.exists()


def test_an_unknown_venue_is_named() -> None:
    with pytest.raises(UnknownVenue, match="no venue has the MIC XXXX; known are XNYS, XTKS"):
        record_market_status(OPEN, ["XXXX"])
