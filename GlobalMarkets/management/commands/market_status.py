"""`manage.py market_status [MIC …] [--at INSTANT] [--json]`: who is open, for any instant of the known schedule."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from GlobalMarkets.calendars.errors import BeyondSchedule, CalendarFault
from GlobalMarkets.models import Venue
from GlobalMarkets.selectors.markets import VenueStatus, expires_soon, venue_status, venues
from GlobalMarkets.services.calendars import load_shipped, note_refreshed

YEARS = range(1885, 2200)
LINE = "{:<5} {:<12} {:<20} {:<7} {:<8} {:<34} {:<17} {:<12}{}"
TITLES = LINE.format("MIC", "CITY", "LOCAL TIME", "STATUS", "PHASE", "NEXT", "IN", "KNOWN UNTIL", " REMARKS")


class Command(BaseCommand):
    help = "Show which markets are open, in what phase, and what comes next."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mics", nargs="*", metavar="MIC", help="only these venues")
        parser.add_argument("--at", default="", metavar="INSTANT", help="e.g. 2026-11-20T14:30:00Z; default: now")
        parser.add_argument("--json", action="store_true", dest="as_json", help="as JSON, for programs")

    def handle(self, *, mics: list[str], at: str, as_json: bool, **options: Any) -> None:
        moment = instant(at) if at else timezone.now()
        try:
            load_if_none()
            found = list(self.found([mic.upper() for mic in mics], moment))
        except CalendarFault as fault:
            raise CommandError(str(fault)) from None
        except DatabaseError as fault:
            raise CommandError(f"the database cannot be read ({str(fault).strip()}); manage.py migrate?") from None
        if not found:
            raise CommandError(f"no venue's schedule is known at {moment:%Y-%m-%dT%H:%M:%SZ}: {how_to_build(moment)}")
        if as_json:
            self.stdout.write(json.dumps([as_data(status) for status in found], indent=1))
            return
        self.stdout.write(TITLES)
        for status in found:
            self.stdout.write(as_line(status))

    def found(self, mics: list[str], at: datetime) -> Iterator[VenueStatus]:
        """The statuses; a venue that was asked for must be known, another is only mentioned."""
        for venue in venues(mics):
            try:
                yield venue_status(venue, at)
            except BeyondSchedule as beyond:
                if mics:
                    raise CommandError(f"{beyond}: {how_to_build(at)}") from None
                self.stderr.write(str(beyond))


def instant(text: str) -> datetime:
    """An instant with its zone, e.g. 2026-11-20T14:30:00Z. Raises CommandError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--at {text!r} is not an instant (expected 2026-11-20T14:30:00Z)") from None
    if at.tzinfo is None:
        raise CommandError(f"--at {text!r} has no zone (add Z for UTC, or an offset)")
    if at.year not in YEARS:
        raise CommandError(f"--at {text!r} is not between {YEARS[0]} and {YEARS[-1]}")
    return at.astimezone(UTC)


def load_if_none() -> None:
    """What ships is there for whoever asks first."""
    if not Venue.objects.exists():
        note_refreshed(load_shipped(), timezone.now())


def how_to_build(at: datetime) -> str:
    """The command that makes an instant's year known."""
    return f"manage.py build_calendars --from {at.year}-01-01 --to {at.year}-12-31"


def as_data(found: VenueStatus) -> dict[str, object]:
    """A status for programs."""
    return {
        "mic": found.venue.mic,
        "status": found.hours.status.value,
        "phase": found.hours.phase.value,
        "next_event": found.hours.next_event.value,
        "next_event_at": f"{found.hours.next_event_at:%Y-%m-%dT%H:%M:%SZ}",
        "seconds_to_next_event": found.hours.seconds_to_next_event,
        "is_holiday": found.hours.is_holiday,
        "day": found.day.name,
        "is_projected": found.is_projected,
        "known_until": found.venue.known_until.isoformat(),
    }


def as_line(found: VenueStatus) -> str:
    """A status for people: local time, phase, what comes next and in how long, what is special about the day."""
    zone, hours = ZoneInfo(found.venue.time_zone), found.hours
    event = hours.next_event_at.astimezone(zone)
    return LINE.format(
        found.venue.mic,
        found.venue.city,
        f"{found.at.astimezone(zone):%a %Y-%m-%d %H:%M}",
        hours.status,
        hours.phase,
        f"{hours.next_event.value.lower().replace('_', ' ')} {event:%a %Y-%m-%d %H:%M}",
        str(timedelta(seconds=hours.seconds_to_next_event)),
        str(found.venue.known_until),
        "".join(f" · {remark}" for remark in remarks(found)),
    ).rstrip()


def remarks(found: VenueStatus) -> list[str]:
    """What a reader should know beside the hours."""
    said = [found.day.name] if found.day.name else []
    if found.is_projected:
        said.append("projected, not announced")
    if expires_soon(found.venue, found.at):
        said.append("its schedule ends soon (docs/calendars.md)")
    return said
