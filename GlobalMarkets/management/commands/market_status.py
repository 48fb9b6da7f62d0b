"""`manage.py market_status [MIC …] [--at INSTANT] [--json]`: who is open, for any instant of the known schedule."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from GlobalMarkets.calendars.errors import BeyondSchedule, CalendarFault
from GlobalMarkets.selectors.markets import VenueStatus, expires_soon, venue_status, venues


def instant(text: str) -> datetime:
    """An instant with its zone, e.g. 2026-11-20T14:30:00Z."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"not an instant: {text!r} (expected 2026-11-20T14:30:00Z)") from None
    if at.tzinfo is None:
        raise ArgumentTypeError(f"an instant without a zone: {text!r} (add Z for UTC, or an offset)")
    return at.astimezone(UTC)


class Command(BaseCommand):
    help = "Show which markets are open, in what phase, and what comes next."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mics", nargs="*", metavar="MIC", help="only these venues")
        parser.add_argument("--at", type=instant, metavar="INSTANT", help="default: now")
        parser.add_argument("--json", action="store_true", dest="as_json", help="as JSON, for programs")

    def handle(self, *, mics: list[str], at: datetime | None, as_json: bool, **options: Any) -> None:
        at = at or timezone.now()
        try:
            found = list(self.found(mics, at))
        except CalendarFault as fault:
            raise CommandError(str(fault)) from None
        if not found:
            raise CommandError(f"no venue's schedule is known at {at:%Y-%m-%dT%H:%M:%SZ} (manage.py load_calendars)")
        if as_json:
            self.stdout.write(json.dumps([as_data(status) for status in found], indent=1))
            return
        for status in found:
            self.stdout.write(as_line(status))

    def found(self, mics: list[str], at: datetime) -> Iterator[VenueStatus]:
        """The statuses; a venue that was asked for must be known, another is only mentioned."""
        for venue in venues(mics):
            try:
                yield venue_status(venue, at)
            except BeyondSchedule as beyond:
                if mics:
                    raise
                self.stderr.write(str(beyond))


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
    local, event = found.at.astimezone(zone), hours.next_event_at.astimezone(zone)
    coming = f"{hours.next_event.value.lower().replace('_', ' ')} {event:%a %Y-%m-%d %H:%M}"
    left = timedelta(seconds=hours.seconds_to_next_event)
    line = f"{found.venue.mic}  {found.venue.city:<12} {local:%a %H:%M}  {hours.status:<6} {hours.phase:<8}  {coming} (in {left})"
    return "  · ".join([line, *remarks(found)])


def remarks(found: VenueStatus) -> list[str]:
    """What a reader should know beside the hours."""
    said = [found.day.name] if found.day.name else []
    if found.is_projected:
        said.append("projected, not announced")
    if expires_soon(found.venue, found.at):
        said.append(f"known until {found.venue.known_until} only")
    return said
