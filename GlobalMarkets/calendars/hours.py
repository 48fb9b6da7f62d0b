"""What a venue's stored sessions mean at an instant: status, phase, next event. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from GlobalMarkets.calendars.days import Session
from GlobalMarkets.calendars.errors import BeyondSchedule

PREOPEN = timedelta(minutes=60)
PRECLOSE = timedelta(minutes=15)


class Status(StrEnum):
    OPEN = "OPEN"
    CLOSED = "CLOSED"


class Phase(StrEnum):
    PREOPEN = "PREOPEN"
    OPEN = "OPEN"
    LUNCH = "LUNCH"
    PRECLOSE = "PRECLOSE"
    CLOSED = "CLOSED"
    HOLIDAY = "HOLIDAY"


class Event(StrEnum):
    OPEN = "OPEN"
    LUNCH_START = "LUNCH_START"
    LUNCH_END = "LUNCH_END"
    CLOSE = "CLOSE"

    @property
    def leads_to(self) -> Status:
        """The status from this event on."""
        return Status.OPEN if self in (Event.OPEN, Event.LUNCH_END) else Status.CLOSED


@dataclass(frozen=True, slots=True)
class Boundary:
    """The instant at which a venue's status changes, and how."""

    at: datetime
    event: Event
    session: Session = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Sessions:
    """A venue's sessions without a gap from `first` to `last` (local dates), with its holidays by local date."""

    zone: ZoneInfo
    first: date
    last: date
    boundaries: tuple[Boundary, ...]
    holidays: Mapping[date, str] = field(default_factory=dict)
    preopen: timedelta = PREOPEN
    preclose: timedelta = PRECLOSE

    def __contains__(self, at: object) -> bool:
        return isinstance(at, datetime) and self.first <= at.astimezone(self.zone).date() <= self.last


@dataclass(frozen=True, slots=True)
class HoursStatus:
    """A venue at an instant; `seconds_to_next_event` is rounded up, so that it never ends before the event."""

    status: Status
    phase: Phase
    is_holiday: bool
    next_event: Event
    next_event_at: datetime
    seconds_to_next_event: int


def boundaries_of(sessions: Iterable[Session]) -> tuple[Boundary, ...]:
    """Every change of status in these sessions, in order of time."""
    found = []
    for session in sessions:
        found.append(Boundary(session.opens_at, Event.OPEN, session))
        if session.pause_starts_at and session.pause_ends_at:
            found.append(Boundary(session.pause_starts_at, Event.LUNCH_START, session))
            found.append(Boundary(session.pause_ends_at, Event.LUNCH_END, session))
        found.append(Boundary(session.closes_at, Event.CLOSE, session))
    return tuple(sorted(found, key=lambda boundary: boundary.at))


def status_at(sessions: Sessions, at: datetime) -> HoursStatus:
    """The venue at `at`: an open is inclusive, a close exclusive. Raises BeyondSchedule where nothing is known."""
    if at not in sessions:
        raise BeyondSchedule(f"the schedule is known from {sessions.first} to {sessions.last}, not at {at.isoformat()}")
    place = bisect_right(sessions.boundaries, at, key=lambda boundary: boundary.at)
    if place == len(sessions.boundaries):
        raise BeyondSchedule(f"no session is known after {at.isoformat()}: the schedule ends with {sessions.last}")
    passed = sessions.boundaries[place - 1] if place else None
    coming = sessions.boundaries[place]
    is_holiday = at.astimezone(sessions.zone).date() in sessions.holidays
    return HoursStatus(
        status=passed.event.leads_to if passed else Status.CLOSED,
        phase=_phase(sessions, passed, coming, at, is_holiday),
        is_holiday=is_holiday,
        next_event=coming.event,
        next_event_at=coming.at,
        seconds_to_next_event=whole_seconds(coming.at - at),
    )


def _phase(sessions: Sessions, passed: Boundary | None, coming: Boundary, at: datetime, is_holiday: bool) -> Phase:
    if passed and passed.event.leads_to is Status.OPEN:
        closing = coming.event is Event.CLOSE and coming.at - at <= sessions.preclose
        return Phase.PRECLOSE if closing else Phase.OPEN
    if passed and passed.event is Event.LUNCH_START:
        return Phase.LUNCH
    if coming.at - at <= sessions.preopen:
        return Phase.PREOPEN
    return Phase.HOLIDAY if is_holiday else Phase.CLOSED


def whole_seconds(span: timedelta) -> int:
    """A span in seconds, rounded up."""
    return -(-span // timedelta(seconds=1))


def crossed(sessions: Sessions, last_at: datetime, at: datetime) -> list[Boundary]:
    """The changes of status in (last_at, at], however far a replay's clock has jumped; none when it stands still."""
    start = bisect_right(sessions.boundaries, last_at, key=lambda boundary: boundary.at)
    end = bisect_right(sessions.boundaries, at, key=lambda boundary: boundary.at)
    return list(sessions.boundaries[start:end])
