"""The rulings of corrections.toml: read, checked, and each with the line it begins on."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from GlobalMarkets.calendars.days import Hours
from GlobalMarkets.calendars.errors import CorrectionFault, UnknownVenue
from GlobalMarkets.calendars.venues import VenueRow, venue_row

FILE = Path(__file__).with_name("corrections.toml")
HEADER = re.compile(r"\s*\[\[\s*(\w+)\s*\]\]")
SEASONS = ("us_daylight", "us_standard")
LIBRARIES = ("xc", "pmc")
Row = TypeVar("Row")
EVERY = {"venues", "first", "last", "source", "dated", "name"}
RULE_FIELDS = EVERY | {"season", "where_opens", "where_closes", "take", "hours", "clock", "opens", "closes", "pause"}
DAY_FIELDS = EVERY | {"date", "dates", "hours", "closed", "provisional"}


@dataclass(frozen=True, slots=True)
class Rule:
    """A ruling on a stretch of days: believe one library (`take`), or amend the hours that a library tells."""

    line: int
    venues: tuple[str, ...]
    source: str
    dated: date
    first: date = date.min
    last: date = date.max
    name: str = ""
    season: str = ""
    where_opens: time | None = None
    where_closes: time | None = None
    take: str = ""
    hours: Hours | None = None
    clock: ZoneInfo | None = None
    opens: time | None = None
    closes: time | None = None
    pause: Hours | None = None


@dataclass(frozen=True, slots=True)
class DayRuling:
    """A ruling on single days: their hours, or closed (None); `provisional`: not announced yet."""

    line: int
    venues: tuple[str, ...]
    source: str
    dated: date
    dates: tuple[date, ...]
    hours: Hours | None
    name: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Corrections:
    """All rulings, in the order of the file."""

    rules: tuple[Rule, ...] = ()
    days: tuple[DayRuling, ...] = ()


def read(text: str) -> Corrections:
    """The rulings in a text. Raises CorrectionFault with the line of the first row that is broken."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        line = re.search(r"line (\d+)", str(broken))
        raise CorrectionFault(int(line[1]) if line else len(text.splitlines()), str(broken)) from None
    if stray := sorted(set(table) - {"rule", "day"}):
        raise CorrectionFault(_line_of(text, stray[0]), f"{stray[0]!r} is neither [[rule]] nor [[day]]")
    return Corrections(
        tuple(_checked(_rule, line, row) for line, row in _rows(text, table, "rule")),
        tuple(_checked(_day, line, row) for line, row in _rows(text, table, "day")),
    )


def _line_of(text: str, word: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), 1) if word in line), 1)


def _rows(text: str, table: dict[str, Any], kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
    found = [(number, HEADER.match(line)) for number, line in enumerate(text.splitlines(), 1)]
    lines = [number for number, header in found if header and header[1] == kind]
    return zip(lines, table.get(kind, []), strict=True)


def _checked(make: Callable[[int, dict[str, Any]], Row], line: int, row: dict[str, Any]) -> Row:
    try:
        return make(line, row)
    except (ValueError, TypeError, KeyError, UnknownVenue) as problem:
        raise CorrectionFault(line, _said(problem)) from None


def _said(problem: Exception) -> str:
    if isinstance(problem, ZoneInfoNotFoundError):
        return f"'clock' is no time zone: {problem.args[0]}"
    return f"{problem.args[0]!r} is missing" if isinstance(problem, KeyError) else str(problem)


def _told(line: int, row: dict[str, Any], known: set[str]) -> dict[str, Any]:
    if stray := sorted(set(row) - known):
        raise ValueError(f"unknown field {stray[0]!r}")
    if not str(row["source"]).strip():
        raise ValueError("'source' is empty: who says so?")
    if not row["venues"] or not isinstance(row["venues"], list):
        raise ValueError("'venues' is not a list of MICs")
    venues = tuple(venue_row(mic).mic for mic in row["venues"])
    return {
        "line": line,
        "venues": venues,
        "source": row["source"],
        "dated": _date(row, "dated"),
        "name": row.get("name", ""),
    }


def _rule(line: int, row: dict[str, Any]) -> Rule:
    told = _told(line, row, RULE_FIELDS)
    _one_of(row, "take", LIBRARIES)
    _one_of(row, "season", SEASONS)
    if not row.keys() & {"take", "hours", "opens", "closes", "pause"}:
        raise ValueError("the rule rules nothing: give take, hours, opens, closes or pause")
    for key in ("first", "last"):
        told |= {key: _date(row, key)} if key in row else {}
    for key in ("where_opens", "where_closes", "opens", "closes"):
        told |= {key: time.fromisoformat(row[key])} if key in row else {}
    for key in ("hours", "pause"):
        told |= {key: Hours.parse(row[key])} if key in row else {}
    told |= {"clock": ZoneInfo(row["clock"])} if "clock" in row else {}
    return Rule(**told, take=row.get("take", ""), season=row.get("season", ""))


def _day(line: int, row: dict[str, Any]) -> DayRuling:
    told = _told(line, row, DAY_FIELDS)
    if ("hours" in row) == bool(row.get("closed")):
        raise ValueError("give either hours or closed = true")
    hours = Hours.parse(row["hours"]) if "hours" in row else None
    return DayRuling(**told, dates=_dates(row), hours=hours, provisional=bool(row.get("provisional")))


def _dates(row: dict[str, Any]) -> tuple[date, ...]:
    if "date" in row:
        return (_date(row, "date"),)
    if "dates" in row:
        return tuple(_date({"dates": day}, "dates") for day in row["dates"])
    first, last = _date(row, "first"), _date(row, "last")
    if last < first:
        raise ValueError(f"'last' {last} is before 'first' {first}")
    return tuple(date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))


def _date(row: dict[str, Any], key: str) -> date:
    if type(row[key]) is not date:
        raise ValueError(f"{key!r} is not a date: {row[key]!r} (write 2026-11-20, without quotes)")
    return date.fromisoformat(str(row[key]))


def _one_of(row: dict[str, Any], key: str, known: tuple[str, ...]) -> None:
    if row.get(key, known[0]) not in known:
        raise ValueError(f"{key!r} is {row[key]!r}, not one of {', '.join(known)}")


def shipped() -> Corrections:
    """The rulings of the repository. Raises CorrectionFault."""
    return read(FILE.read_text(encoding="utf-8"))


def rulings_for(venue: VenueRow, corrections: Corrections) -> Corrections:
    """What was ruled about one venue."""
    return Corrections(
        tuple(rule for rule in corrections.rules if venue.mic in rule.venues),
        tuple(ruling for ruling in corrections.days if venue.mic in ruling.venues),
    )
