"""`manage.py build_calendars`: build the venues' sessions from the calendar libraries and the corrections, and store them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from GlobalMarkets.calendars.build import BuildReport
from GlobalMarkets.calendars.errors import CalendarFault
from GlobalMarkets.calendars.venues import venue_row
from GlobalMarkets.models import TradingSession
from GlobalMarkets.services.calendar_build import built, describe, rolling_stretch, ship, store_build
from GlobalMarkets.services.calendars import Change, note_refreshed

SHOWN = 40


class Command(BaseCommand):
    help = "Build trading calendars (in a process of its own), store them, and say what changed and where libraries differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mics", nargs="*", metavar="MIC", help="only these venues")
        parser.add_argument("--from", dest="first", default="", metavar="DAY", help="default: two years back")
        parser.add_argument(
            "--to", dest="last", default="", metavar="DAY", help="default: the end of the year after next"
        )
        parser.add_argument(
            "--ship", action="store_true", help="also write the shipped ranges to the repository's files"
        )

    def handle(self, *, mics: list[str], first: str, last: str, ship: bool, **options: Any) -> None:
        stretch = stretch_of(first, last, timezone.now().date())
        if ship and (first or last):
            raise CommandError("--ship writes the ranges of venues.toml: it takes neither --from nor --to")
        try:
            report = built(None if ship else stretch, mics)
            self.tell_report(report)
            if ship:
                self.write_files(report)
            self.tell_changes(store_build(report))
            if not (mics or first or last):
                note_refreshed(report.texts, timezone.now())
        except CalendarFault as fault:
            raise CommandError(str(fault)) from None
        except DatabaseError as fault:
            raise CommandError(f"the database cannot be used ({str(fault).strip()}); manage.py migrate?") from None

    def tell_report(self, report: BuildReport) -> None:
        for difference in report.differences:
            self.stdout.write(f"differ   {describe(difference)} (settled by corrections.toml:{difference.line})")
        for line in report.idle:
            self.stdout.write(f"idle     corrections.toml:{line} changes nothing: the libraries say so by now")
        for unknown in report.unknown:
            self.stdout.write(f"unknown  {unknown}")

    def write_files(self, report: BuildReport) -> None:
        for path in ship(report):
            self.stdout.write(f"shipped  {path.name}")

    def tell_changes(self, changes: Sequence[Change]) -> None:
        new = [change for change in changes if change.before is None]
        changed = [change for change in changes if change.before is not None]
        for change in changed[:SHOWN]:
            self.stdout.write(f"changed  {change.mic} {change.day}: {told(change.before)} → {told(change.after)}")
        if len(changed) > SHOWN:
            self.stdout.write(f"changed  … and {len(changed) - SHOWN} days more")
        if not changes:
            self.stdout.write("nothing changed since last time")
            return
        self.stdout.write(f"{len(changed)} days changed, {len(new)} are new")


def stretch_of(first: str, last: str, today: date) -> tuple[date, date]:
    """The days that `--from` and `--to` mean. Raises CommandError."""
    usual_first, usual_last = rolling_stretch(today)
    begins, ends = day("--from", first) or usual_first, day("--to", last) or usual_last
    if ends < begins:
        raise CommandError(f"--to {ends} is before --from {begins}")
    return begins, ends


def day(option: str, text: str) -> date | None:
    """The date that an option gives, None where it gives none. Raises CommandError."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise CommandError(f"{option} {text!r} is not a date (expected 2026-11-20)") from None


def told(row: TradingSession | None) -> str:
    """A stored day in words, in the venue's clock."""
    if row is None:
        return "nothing"
    clocks = [row.opens_at, row.pause_starts_at, row.pause_ends_at, row.closes_at]
    zone = ZoneInfo(venue_row(row.venue.mic).zone)
    hours = "–".join(f"{at.astimezone(zone):%H:%M}" for at in clocks if at) or "closed"
    return f"{hours}{f' ({row.name})' if row.name else ''}{' projected' if row.is_projected else ''}"
