"""Stored venues and sessions: what is known, what comes next, who changes when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from GlobalMarkets.calendars.errors import BeyondSchedule, UnknownVenue
from GlobalMarkets.models import Venue
from GlobalMarkets.selectors.markets import (
    as_session,
    boundaries_between,
    expires_soon,
    market_statuses,
    next_boundary,
    open_mics,
    sessions_between,
    sessions_on,
    statuses,
    venue_by_mic,
    venue_status,
    venues,
)
from GlobalMarkets.services.market_status import record_market_status
from GlobalMarkets.tests.markets import TOKYO_WEEKS, make_venue

pytestmark = pytest.mark.django_db
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture
def new_york() -> Venue:
    return make_venue("XNYS")


@pytest.fixture
def tokyo() -> Venue:
    return make_venue("XTKS", TOKYO_WEEKS)


def test_venues_come_east_to_west_and_unknown_ones_are_named(new_york: Venue, tokyo: Venue) -> None:
    assert [venue.mic for venue in venues()] == ["XTKS", "XNYS"]
    assert venue_by_mic("XNYS") == new_york
    with pytest.raises(UnknownVenue, match="XXXX"):
        venue_by_mic("XXXX")


def test_sessions_of_a_known_range_include_its_holidays(new_york: Venue) -> None:
    days = sessions_between(new_york, date(2026, 11, 25), date(2026, 11, 28))
    assert [(day.date.day, day.kind) for day in days] == [(25, "REGULAR"), (26, "HOLIDAY"), (27, "EARLY_CLOSE")]


def test_a_range_beyond_what_is_known_says_what_is(new_york: Venue) -> None:
    with pytest.raises(BeyondSchedule, match="XNYS is known for 2026-11-16 to 2026-12-04, not for 2026-12-01"):
        sessions_between(new_york, date(2026, 12, 1), date(2026, 12, 31))
    new_york.stretches.all().delete()
    with pytest.raises(BeyondSchedule, match="known for no days"):
        sessions_between(new_york, date(2026, 11, 20), date(2026, 11, 20))


def test_sessions_on_dates_leave_out_holidays(new_york: Venue) -> None:
    found = sessions_on("XNYS", date(2026, 11, 26), date(2026, 11, 27))
    assert list(found) == [date(2026, 11, 27)]
    assert found[date(2026, 11, 27)].closes_at == datetime(2026, 11, 27, 18, tzinfo=UTC)
    with pytest.raises(ValueError, match="holiday"):
        as_session(new_york.sessions.get(date=date(2026, 11, 26)))


def test_the_status_of_a_holiday_names_it(new_york: Venue) -> None:
    found = venue_status(new_york, datetime(2026, 11, 26, 16, tzinfo=UTC))
    assert (found.hours.phase, found.day.name, found.is_projected) == ("HOLIDAY", "Thanksgiving", False)


def test_the_status_of_an_evening_is_about_the_session_to_come(new_york: Venue) -> None:
    found = venue_status(new_york, datetime(2026, 11, 27, 13, tzinfo=UTC))
    assert (found.hours.phase, found.day.name) == ("CLOSED", "Day after Thanksgiving")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2015, 1, 5, tzinfo=UTC), "known for 2026-11-16 to 2026-12-04, not for 2015-01-04"),
        (datetime(2026, 12, 4, 21, tzinfo=UTC), "no session is known after"),
    ],
)
def test_a_status_beyond_what_is_known_says_so(new_york: Venue, at: datetime, said: str) -> None:
    with pytest.raises(BeyondSchedule, match=said):
        venue_status(new_york, at)
    assert statuses([new_york], at) == {}


def test_it_costs_two_queries_whatever_the_number_of_venues(new_york: Venue, tokyo: Venue, django_assert_num_queries):
    with django_assert_num_queries(2):
        assert set(statuses([new_york, tokyo], OPEN)) == {"XNYS", "XTKS"}


def test_sixty_days_before_the_end_it_warns(new_york: Venue) -> None:
    new_york.known_until = date(2026, 12, 31)
    assert not expires_soon(new_york, datetime(2026, 11, 1, 12, tzinfo=UTC))
    assert expires_soon(new_york, datetime(2026, 11, 2, 12, tzinfo=UTC))


def test_boundaries_that_a_clock_passes_are_told_in_order_with_who_changes(new_york: Venue, tokyo: Venue) -> None:
    found = boundaries_between(datetime(2026, 11, 19, 20, tzinfo=UTC), OPEN)
    assert found == [
        (datetime(2026, 11, 19, 21, tzinfo=UTC), ["XNYS"]),
        (datetime(2026, 11, 20, 0, tzinfo=UTC), ["XTKS"]),
        (datetime(2026, 11, 20, 2, 30, tzinfo=UTC), ["XTKS"]),
        (datetime(2026, 11, 20, 3, 30, tzinfo=UTC), ["XTKS"]),
        (datetime(2026, 11, 20, 6, 30, tzinfo=UTC), ["XTKS"]),
        (OPEN, ["XNYS"]),
    ]
    assert boundaries_between(OPEN, OPEN + timedelta(seconds=1)) == []


def test_a_replay_that_jumps_over_a_weekend_passes_what_lies_between(new_york: Venue) -> None:
    found = boundaries_between(
        datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC), datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    )
    assert [at for at, _ in found] == [
        datetime(2026, 11, 20, 21, tzinfo=UTC),
        datetime(2026, 11, 23, 14, 30, tzinfo=UTC),
    ]


def test_the_next_change_of_all(new_york: Venue, tokyo: Venue) -> None:
    coming = next_boundary(OPEN)
    assert coming is not None
    assert (coming.at, coming.event) == (datetime(2026, 11, 20, 21, tzinfo=UTC), "CLOSE")
    assert next_boundary(datetime(2015, 1, 5, tzinfo=UTC)) is None


def test_recorded_statuses_come_east_to_west(new_york: Venue, tokyo: Venue) -> None:
    record_market_status(OPEN)
    assert [row.venue.mic for row in market_statuses()] == ["XTKS", "XNYS"]
    assert [row.venue.mic for row in market_statuses(["XNYS"])] == ["XNYS"]
    assert open_mics() == {"XNYS"}
    with pytest.raises(UnknownVenue):
        market_statuses(["XXXX"])
