"""The shipped schedules as the tests want them: a venue's days, and its sessions over a shipped stretch."""

from __future__ import annotations

from datetime import date
from functools import cache

from GlobalMarkets.calendars.days import Day, session_of
from GlobalMarkets.calendars.hours import Sessions, boundaries_of
from GlobalMarkets.calendars.schedule_text import Schedule, read
from GlobalMarkets.calendars.venues import venue_row, venue_rows
from GlobalMarkets.services.calendars import shipped_text

MICS = sorted(row.mic for row in venue_rows())


@cache
def schedule_of(mic: str) -> Schedule:
    row = venue_row(mic)
    return read(shipped_text(row), row, mic)


@cache
def days_of(mic: str) -> dict[date, Day]:
    return {day.date: day for day in schedule_of(mic).days}


@cache
def sessions_of(mic: str) -> Sessions:
    """The newest shipped stretch."""
    zone = venue_row(mic).time_zone
    first, last = schedule_of(mic).ranges[-1]
    days = [day for day in days_of(mic).values() if first <= day.date <= last]
    return Sessions(
        zone=zone,
        first=first,
        last=last,
        boundaries=boundaries_of(session_of(day.date, day.hours, zone) for day in days if day.hours),
        holidays={day.date: day.name for day in days if not day.hours},
    )
