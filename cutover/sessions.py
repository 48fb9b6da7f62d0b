"""The port to the exchange calendar and the market's clock: the domain says what a session is, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Session:
    """A calendar's trading day, from its first open to its last close (market time, aware UTC)."""

    calendar: str
    date: date
    opens_at: datetime
    closes_at: datetime


class Calendar(Protocol):
    """What the cutover asks of the domain. `calendar` is a MIC; times are market time unless said otherwise."""

    def market_time(self, now: datetime) -> datetime:
        """The market's time when it is `now` on the wall: the same, but for a replay."""

    def running(self, calendar: str, at: datetime) -> Session | None:
        """The session that is open at `at` (opens_at <= at < closes_at)."""

    def last(self, calendar: str, at: datetime) -> Session | None:
        """The newest session that closed at or before `at`; None where the schedule does not tell."""

    def coming(self, calendar: str, at: datetime) -> Session | None:
        """The next session that opens after `at`; None where the schedule does not tell."""

    def between(self, calendar: str, since: datetime, until: datetime) -> list[Session]:
        """The sessions that have any time in common with [since, until], in order."""


class NoCalendar(Exception):
    """No calendar is in use: the domain calls `cutover.sessions.use` when its application is ready."""


_current: list[Calendar] = []


def use(calendar: Calendar) -> None:
    """From now on, this calendar is asked."""
    _current[:] = [calendar]


def current() -> Calendar:
    if not _current:
        raise NoCalendar(NoCalendar.__doc__)
    return _current[0]
