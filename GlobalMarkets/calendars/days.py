"""A venue's trading days in its own clock: hours of a day, exceptional days, and the instants they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

PATTERN = re.compile(r"(<?)(\d\d:\d\d)-(\d\d:\d\d)(?:,(\d\d:\d\d)-(\d\d:\d\d))?")


class Kind(StrEnum):
    """How a day differs from the venue's usual one."""

    REGULAR = "REGULAR"
    EARLY_CLOSE = "EARLY_CLOSE"
    LATE_OPEN = "LATE_OPEN"
    SPECIAL = "SPECIAL"
    HOLIDAY = "HOLIDAY"


@dataclass(frozen=True, slots=True)
class Hours:
    """A day's trading in the venue's clock, with at most one pause; `overnight`: it opens on the evening before."""

    opens: time
    closes: time
    pause_starts: time | None = None
    pause_ends: time | None = None
    overnight: bool = False

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read `09:00-11:30,12:30-15:30`, or `<17:00-16:00` for one that opens the evening before. Raises ValueError."""
        found = PATTERN.fullmatch(text)
        if not found:
            raise ValueError(f"not hours of a day: {text!r} (expected 09:30-16:00 or 09:00-11:30,12:30-15:30)")
        evening, *clocks = found.groups()
        opens, middle, resumes, end = (time.fromisoformat(clock) if clock else None for clock in clocks)
        if opens is None or middle is None:
            raise ValueError(f"not hours of a day: {text!r}")
        if resumes is None or end is None:
            return cls(opens, middle, overnight=bool(evening)).checked(text)
        return cls(opens, end, middle, resumes, bool(evening)).checked(text)

    def checked(self, text: str) -> Hours:
        """These hours. Raises ValueError where they do not run forward."""
        clocks = [clock for clock in (self.pause_starts, self.pause_ends, self.closes) if clock]
        clocks = clocks if self.overnight else [self.opens, *clocks]
        if any(later <= earlier for earlier, later in pairwise(clocks)):
            raise ValueError(f"hours that do not run forward: {text!r}")
        return self

    def __str__(self) -> str:
        evening = "<" if self.overnight else ""
        if self.pause_starts and self.pause_ends:
            return f"{evening}{self.opens:%H:%M}-{self.pause_starts:%H:%M},{self.pause_ends:%H:%M}-{self.closes:%H:%M}"
        return f"{evening}{self.opens:%H:%M}-{self.closes:%H:%M}"

    def closing(self, closes: time) -> Hours:
        """The same with another close; a pause that would come after it falls away."""
        if self.pause_ends and closes <= self.pause_ends:
            return replace(self, closes=closes, pause_starts=None, pause_ends=None)
        return replace(self, closes=closes)

    def pausing(self, starts: time, ends: time) -> Hours:
        """The same with a pause."""
        return replace(self, pause_starts=starts, pause_ends=ends)


@dataclass(frozen=True, slots=True)
class Session:
    """A trading session: aware UTC instants, a pause or none."""

    date: date
    opens_at: datetime
    closes_at: datetime
    pause_starts_at: datetime | None = None
    pause_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a venue; without hours it is a holiday. `is_projected`: computed ahead of any announcement."""

    date: date
    hours: Hours | None
    kind: Kind
    name: str = ""
    is_projected: bool = False


def session_of(day: date, hours: Hours, zone: ZoneInfo) -> Session:
    """The instants that these hours mean on this day in this zone."""
    opening_day = day - timedelta(days=1) if hours.overnight else day

    def instant(on: date, clock: time) -> datetime:
        return datetime.combine(on, clock, zone).astimezone(UTC)

    return Session(
        date=day,
        opens_at=instant(opening_day, hours.opens),
        closes_at=instant(day, hours.closes),
        pause_starts_at=instant(day, hours.pause_starts) if hours.pause_starts else None,
        pause_ends_at=instant(day, hours.pause_ends) if hours.pause_ends else None,
    )


def kind_of(hours: Hours | None, usual: Hours | None) -> Kind:
    """How a day with `hours` differs from one with the `usual` ones (None: not a usual trading day)."""
    if hours is None:
        return Kind.HOLIDAY
    if hours == usual:
        return Kind.REGULAR
    if usual and hours.opens == usual.opens and hours.closes < usual.closes:
        return Kind.EARLY_CLOSE
    if usual and hours.opens > usual.opens and hours.closes == usual.closes:
        return Kind.LATE_OPEN
    return Kind.SPECIAL


def day_range(first: date, last: date) -> list[date]:
    """Every date from `first` to `last`, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
