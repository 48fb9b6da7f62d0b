"""The table of venues: read once from venues.toml, in the order east to west."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from GlobalMarkets.calendars.errors import UnknownVenue

TABLE = Path(__file__).with_name("venues.toml")
WEEKS = {"Mon-Fri": frozenset({0, 1, 2, 3, 4}), "Sun-Thu": frozenset({6, 0, 1, 2, 3})}


@dataclass(frozen=True, slots=True)
class VenueRow:
    """One venue; `ships`: the ranges of days whose built schedule is in the repository."""

    market_id: int
    mic: str
    name: str
    city: str
    country: str
    zone: str
    longitude: float
    currency: str
    region: str
    week: str
    preopen: int
    preclose: int
    xc: str
    pmc: str
    known_until: date
    known_from: str
    ships: tuple[tuple[date, date], ...]
    lunch: str = ""
    begins: date = date.min
    holidays: tuple[tuple[str, str, str], ...] = ()

    @property
    def time_zone(self) -> ZoneInfo:
        """The zone of the venue's clock."""
        return ZoneInfo(self.zone)

    def trades_on(self, day: date) -> bool:
        """Whether this weekday is one of the venue's trading week."""
        return day.weekday() in WEEKS[self.week]

    def day_name(self, day: date) -> str:
        """What the table calls an exceptional day at this date, empty where it has no name for it."""
        written = {10: f"{day:%Y-%m-%d}", 5: f"{day:%m-%d}"}
        return next((name for first, last, name in self.holidays if first <= written[len(first)] <= last), "")


def _row(values: dict[str, Any]) -> VenueRow:
    known = {field.name for field in fields(VenueRow)}
    ships = tuple((first, last) for first, last in values["ships"])
    holidays = tuple((first, last, name) for first, last, name in values.get("holidays", ()))
    return VenueRow(
        **{key: value for key, value in values.items() if key in known} | {"ships": ships, "holidays": holidays}
    )


@cache
def venue_rows() -> tuple[VenueRow, ...]:
    """All venues, east to west."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    rows = [_row(table["defaults"] | venue) for venue in table["venue"]]
    return tuple(sorted(rows, key=lambda row: -row.longitude))


def venue_row(mic: str) -> VenueRow:
    """The venue with this MIC. Raises UnknownVenue."""
    for row in venue_rows():
        if row.mic == mic:
            return row
    raise UnknownVenue(mic, sorted(row.mic for row in venue_rows()))


def chosen_rows(mics: list[str]) -> list[VenueRow]:
    """The venues with these MICs, all where none is named. Raises UnknownVenue."""
    return [venue_row(mic) for mic in mics] if mics else list(venue_rows())
