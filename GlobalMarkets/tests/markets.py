"""Venues with a few days, for tests that need no whole schedule."""

from __future__ import annotations

from GlobalMarkets.calendars.schedule_text import Schedule, read
from GlobalMarkets.calendars.venues import venue_row
from GlobalMarkets.models import Venue
from GlobalMarkets.services.calendars import Change, store_schedule

WEEKS = """known 2026-12-31
range 2026-11-16 2026-12-04
usual 2026-11-16 09:30-16:00
2026-11-26 closed # Thanksgiving
2026-11-27 09:30-13:00 # Day after Thanksgiving
"""
TOKYO_WEEKS = """known 2026-12-31
range 2026-11-16 2026-12-04
usual 2026-11-16 09:00-11:30,12:30-15:30
2026-11-23 closed # Labor Thanksgiving Day
"""


def make_schedule(mic: str = "XNYS", text: str = WEEKS) -> Schedule:
    """A schedule of a venue, in the language of the schedule files."""
    return read(text, venue_row(mic), "test")


def store(mic: str = "XNYS", text: str = WEEKS) -> list[Change]:
    return store_schedule(make_schedule(mic, text))


def make_venue(mic: str = "XNYS", text: str = WEEKS) -> Venue:
    """A stored venue whose sessions from 2026-11-16 to 2026-12-04 are known."""
    store(mic, text)
    return Venue.objects.get(mic=mic)
