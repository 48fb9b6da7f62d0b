"""A built schedule as text: the usual hours of each stretch and the days that differ, small enough to review.

known 2028-12-31                          what is later is projected
range 2017-12-01 2028-12-31               every day between is told by the lines below
usual 2017-12-01 09:30-16:00              from this day on, on the days of the venue's week
2018-01-01 closed # New Year's Day
2026-11-08 18:15-19:15 ? # Muhurat        `?`: not announced yet, projected
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from GlobalMarkets.calendars.days import Day, Hours, Kind, day_range, kind_of
from GlobalMarkets.calendars.errors import ScheduleFault
from GlobalMarkets.calendars.venues import VenueRow

ENOUGH_TO_BE_USUAL = 5
DAY_LINE = re.compile(r"(\d{4}-\d\d-\d\d) (\S+)( \?)?(?: # (.*))?")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told about one day: its hours (None: closed), a name, and whether it is only projected."""

    hours: Hours | None
    name: str = ""
    is_projected: bool = False


@dataclass(slots=True)
class Schedule:
    """A venue's built days, by the ranges that they cover without a gap."""

    venue: VenueRow
    known_until: date
    ranges: list[tuple[date, date]] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)


def write(venue: VenueRow, stretches: Mapping[tuple[date, date], Mapping[date, Told]]) -> str:
    """The text of these stretches: by their first and last day, what is told of each day in them."""
    lines = [f"known {venue.known_until}"]
    for (first, last), told in sorted(stretches.items(), key=lambda stretch: stretch[0]):
        lines += [f"range {first} {last}", *_lines(venue, first, last, told)]
    return "\n".join(lines) + "\n"


def _lines(venue: VenueRow, first: date, last: date, told: Mapping[date, Told]) -> list[str]:
    changes = _usual_hours(venue, told)
    usual = next(iter(changes.values()), None)
    lines = [f"usual {first} {usual}"] if usual else []
    for day in day_range(first, last):
        if changes.get(day, usual) != usual:
            usual = changes[day]
            lines.append(f"usual {day} {usual}")
        known = told.get(day, Told(None))
        if not _is_expected(venue, day, known, usual):
            text = f"{day} {known.hours or 'closed'}{' ?' if known.is_projected else ''}"
            lines.append(f"{text} # {known.name}" if known.name else text)
    return lines


def _is_expected(venue: VenueRow, day: date, known: Told, usual: Hours | None) -> bool:
    """Whether a reader would tell the same of a day without a line for it."""
    if venue.trades_on(day):
        return usual is not None and known.hours == usual and not known.is_projected
    return known.hours is None


def _usual_hours(venue: VenueRow, told: Mapping[date, Told]) -> dict[date, Hours]:
    """From which day on which hours are the usual ones: hours that hold for some days on end, or the commonest."""
    traded = [(day, known.hours) for day, known in sorted(told.items()) if known.hours and venue.trades_on(day)]
    changes: dict[date, Hours] = {}
    usual: Hours | None = None
    for hours, run in groupby(traded, key=lambda item: item[1]):
        days = [day for day, _ in run]
        if hours != usual and len(days) >= ENOUGH_TO_BE_USUAL:
            usual = changes[days[0]] = hours
    if traded and not changes:
        changes[traded[0][0]] = Counter(hours for _, hours in traded).most_common(1)[0][0]
    return changes


def read(text: str, venue: VenueRow, name: str) -> Schedule:
    """The schedule that a text tells. Raises ScheduleFault with `name` and the line."""
    reader = _Reader(venue, name)
    for number, line in enumerate(text.splitlines(), start=1):
        reader.take(number, line.strip())
    return reader.finish()


class _Reader:
    """Takes a schedule's text line by line."""

    def __init__(self, venue: VenueRow, name: str) -> None:
        self.name = name
        self.schedule = Schedule(venue, venue.known_until)
        self.usual: dict[date, Hours] = {}
        self.told: dict[date, Told] = {}
        self.line = 0

    def take(self, number: int, line: str) -> None:
        self.line = number
        word, _, rest = line.partition(" ")
        try:
            match word:
                case "" | "#":
                    return
                case "known":
                    self.schedule.known_until = date.fromisoformat(rest)
                case "range":
                    self._begin(rest)
                case "usual":
                    day, hours = rest.split(" ")
                    self.usual[date.fromisoformat(day)] = Hours.parse(hours)
                case _:
                    self._tell(line)
        except ValueError as problem:
            raise ScheduleFault(self.name, number, str(problem)) from None

    def _begin(self, rest: str) -> None:
        self._end_range()
        first, last = (date.fromisoformat(word) for word in rest.split(" "))
        if last < first:
            raise ValueError(f"a range that ends before it begins: {rest}")
        self.schedule.ranges.append((first, last))

    def _tell(self, line: str) -> None:
        found = DAY_LINE.fullmatch(line)
        if not found:
            raise ValueError(f"not a line of a schedule: {line!r}")
        day, hours, projected, name = found.groups()
        told = Told(None if hours == "closed" else Hours.parse(hours), name or "", bool(projected))
        self.told[date.fromisoformat(day)] = told

    def finish(self) -> Schedule:
        self._end_range()
        if not self.schedule.ranges:
            raise ScheduleFault(self.name, self.line, "no range of days: the file is empty or cut off")
        return self.schedule

    def _end_range(self) -> None:
        if self.schedule.ranges:
            self.schedule.days += self._days(*self.schedule.ranges[-1])
        self.usual, self.told = {}, {}

    def _days(self, first: date, last: date) -> list[Day]:
        days, usual = [], None
        for day in day_range(first, last):
            usual = self.usual.get(day, usual)
            expected = usual if self.schedule.venue.trades_on(day) else None
            told = self.told.get(day)
            hours = told.hours if told else expected
            if hours or told:
                projected = day > self.schedule.known_until or bool(told and told.is_projected)
                days.append(Day(day, hours, kind_of(hours, expected), told.name if told else "", projected))
        return [day for day in days if day.kind is not Kind.HOLIDAY or self.schedule.venue.trades_on(day.date)]
