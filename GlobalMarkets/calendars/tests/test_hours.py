"""What stored sessions mean at an instant: the rules, and laws that hold for every venue at any time."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GlobalMarkets.calendars.days import Hours, session_of
from GlobalMarkets.calendars.errors import BeyondSchedule
from GlobalMarkets.calendars.hours import Event, Phase, Sessions, Status, boundaries_of, crossed, status_at
from GlobalMarkets.calendars.tests.shipped import MICS, sessions_of

TOKYO = ZoneInfo("Asia/Tokyo")
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
KNOWN = (datetime(2021, 1, 5, tzinfo=UTC), datetime(2028, 12, 20, tzinfo=UTC))

venues = st.sampled_from(MICS)
instants = st.datetimes(
    min_value=KNOWN[0].replace(tzinfo=None), max_value=KNOWN[1].replace(tzinfo=None), timezones=st.just(UTC)
)


def make_sessions(*days: tuple[date, str], holidays: dict[date, str] | None = None) -> Sessions:
    sessions = [session_of(day, Hours.parse(hours), TOKYO) for day, hours in days]
    return Sessions(TOKYO, FRIDAY, date(2026, 11, 27), boundaries_of(sessions), holidays or {})


WEEK = make_sessions(
    (FRIDAY, "09:00-11:30,12:30-15:30"),
    (date(2026, 11, 24), "09:00-15:30"),
    holidays={MONDAY: "Labor Thanksgiving Day"},
)


def tokyo(day: date, clock: str) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M:%S").time(), TOKYO)  # noqa: DTZ007


@pytest.mark.parametrize(
    ("day", "clock", "status", "phase", "event", "seconds"),
    [
        (FRIDAY, "07:59:59", Status.CLOSED, Phase.CLOSED, Event.OPEN, 3601),
        (FRIDAY, "08:00:00", Status.CLOSED, Phase.PREOPEN, Event.OPEN, 3600),
        (FRIDAY, "08:59:59", Status.CLOSED, Phase.PREOPEN, Event.OPEN, 1),
        (FRIDAY, "09:00:00", Status.OPEN, Phase.OPEN, Event.LUNCH_START, 9000),
        (FRIDAY, "11:29:59", Status.OPEN, Phase.OPEN, Event.LUNCH_START, 1),
        (FRIDAY, "11:30:00", Status.CLOSED, Phase.LUNCH, Event.LUNCH_END, 3600),
        (FRIDAY, "12:29:59", Status.CLOSED, Phase.LUNCH, Event.LUNCH_END, 1),
        (FRIDAY, "12:30:00", Status.OPEN, Phase.OPEN, Event.CLOSE, 10800),
        (FRIDAY, "15:14:59", Status.OPEN, Phase.OPEN, Event.CLOSE, 901),
        (FRIDAY, "15:15:00", Status.OPEN, Phase.PRECLOSE, Event.CLOSE, 900),
        (FRIDAY, "15:30:00", Status.CLOSED, Phase.CLOSED, Event.OPEN, 4 * 86400 - 23400),
        (MONDAY, "10:00:00", Status.CLOSED, Phase.HOLIDAY, Event.OPEN, 82800),
        (date(2026, 11, 24), "07:00:00", Status.CLOSED, Phase.CLOSED, Event.OPEN, 7200),
    ],
)
def test_an_open_is_inclusive_a_close_exclusive(day, clock, status, phase, event, seconds) -> None:
    found = status_at(WEEK, tokyo(day, clock))
    assert (found.status, found.phase, found.next_event, found.seconds_to_next_event) == (status, phase, event, seconds)
    assert found.is_holiday is (day == MONDAY)


def test_a_half_day_has_no_lunch() -> None:
    half = make_sessions((FRIDAY, "09:00-12:00"), (MONDAY, "09:00-12:00"))
    assert status_at(half, tokyo(FRIDAY, "12:30:00")).phase is Phase.CLOSED


def test_an_evening_session_on_a_holiday_is_open() -> None:
    christmas = sessions_of("XCME")
    found = status_at(christmas, datetime(2025, 12, 26, 0, 0, tzinfo=UTC))  # 18:00 on the 25th in Chicago
    assert (found.status, found.is_holiday) == (Status.OPEN, True)
    assert status_at(christmas, datetime(2025, 12, 25, 18, 0, tzinfo=UTC)).phase is Phase.HOLIDAY


def test_a_fraction_of_a_second_counts_up() -> None:
    assert status_at(WEEK, tokyo(FRIDAY, "08:59:59") + timedelta(milliseconds=1)).seconds_to_next_event == 1


@pytest.mark.parametrize("day", [date(2026, 11, 19), date(2026, 11, 28)])
def test_outside_of_what_is_known_it_says_what_is(day: date) -> None:
    with pytest.raises(BeyondSchedule, match="2026-11-20 to 2026-11-27"):
        status_at(WEEK, tokyo(day, "12:00:00"))


def test_after_the_last_known_session_it_says_so() -> None:
    with pytest.raises(BeyondSchedule, match="no session is known after"):
        status_at(WEEK, tokyo(date(2026, 11, 25), "10:00:00"))


@settings(deadline=None)
@given(venues, instants)
def test_the_seconds_lead_to_another_status_and_not_a_second_before(mic: str, at: datetime) -> None:
    sessions = sessions_of(mic)
    now = status_at(sessions, at)
    assert status_at(sessions, at + timedelta(seconds=now.seconds_to_next_event)).status is not now.status
    assert status_at(sessions, now.next_event_at - timedelta(microseconds=1)).status is now.status
    assert status_at(sessions, now.next_event_at).status is now.next_event.leads_to


@settings(deadline=None)
@given(venues, instants)
def test_phase_and_status_agree(mic: str, at: datetime) -> None:
    found = status_at(sessions_of(mic), at)
    assert (found.status is Status.OPEN) is (found.phase in (Phase.OPEN, Phase.PRECLOSE))
    assert found.phase is not Phase.LUNCH or found.next_event is Event.LUNCH_END
    assert found.phase is not Phase.HOLIDAY or found.is_holiday


@pytest.mark.parametrize("mic", MICS)
def test_statuses_alternate(mic: str) -> None:
    boundaries = sessions_of(mic).boundaries
    assert boundaries[0].event is Event.OPEN
    for before, after in pairwise(boundaries):
        assert before.at < after.at
        assert before.event.leads_to is not after.event.leads_to


@settings(deadline=None)
@given(venues, instants, st.lists(st.timedeltas(timedelta(0), timedelta(days=40)), min_size=1, max_size=4))
def test_every_boundary_is_crossed_once_however_the_clock_jumps(mic: str, start: datetime, jumps) -> None:
    sessions, clock = sessions_of(mic), [start]
    for jump in jumps:
        clock.append(clock[-1] + jump)
    in_steps = [boundary for last, at in pairwise(clock) for boundary in crossed(sessions, last, at)]
    assert in_steps == crossed(sessions, start, clock[-1])
    assert in_steps == [boundary for boundary in sessions.boundaries if start < boundary.at <= clock[-1]]


def test_a_clock_that_stands_still_or_goes_back_crosses_nothing() -> None:
    opening = WEEK.boundaries[0].at
    assert crossed(WEEK, opening, opening) == []
    assert crossed(WEEK, opening, opening - timedelta(hours=1)) == []
    assert [boundary.event for boundary in crossed(WEEK, opening - timedelta(seconds=1), opening)] == [Event.OPEN]


def daylight_changes(mic: str) -> list[date]:
    """The days from 2021 to 2028 on which the venue's clock is put forward or back."""
    zone = sessions_of(mic).zone
    days = [date(2021, 1, 5) + timedelta(days=number) for number in range(2900)]
    offsets = [datetime(day.year, day.month, day.day, 12, tzinfo=zone).utcoffset() for day in days]
    return [day for day, (before, after) in zip(days[1:], pairwise(offsets), strict=True) if before != after]


@pytest.mark.parametrize("mic", ["XNYS", "XLON", "XETR", "XASX", "XCME", "XTSE", "XMEX"])
def test_there_is_an_answer_through_every_change_of_the_clock(mic: str) -> None:
    sessions = sessions_of(mic)
    changes = daylight_changes(mic)
    assert len(changes) >= 3
    for day in changes:
        start = datetime(day.year, day.month, day.day, tzinfo=sessions.zone).astimezone(UTC) - timedelta(hours=24)
        seen = [status_at(sessions, start + timedelta(minutes=15 * quarter)) for quarter in range(4 * 72)]
        for quarter, (now, later) in enumerate(pairwise(seen)):
            at = start + timedelta(minutes=15 * quarter)
            assert (at + timedelta(minutes=15) < now.next_event_at) is (now.next_event_at == later.next_event_at)


@pytest.mark.parametrize("mic", ["XTKS", "XSHG", "XNSE", "XSAU", "BVMF"])
def test_venues_without_daylight_time_have_none(mic: str) -> None:
    assert daylight_changes(mic) == []
