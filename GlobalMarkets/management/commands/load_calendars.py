"""`manage.py load_calendars`: bring the shipped venues and schedules into the database; a second call does nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from GlobalMarkets.calendars.errors import CalendarFault
from GlobalMarkets.services.calendars import load_shipped, note_refreshed


class Command(BaseCommand):
    help = "Load the shipped trading calendars into the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mics", nargs="*", metavar="MIC", help="only these venues")

    def handle(self, *, mics: list[str], verbosity: int, **options: Any) -> None:
        try:
            loaded = load_shipped(mics)
            note_refreshed(loaded, timezone.now())
        except CalendarFault as fault:
            raise CommandError(str(fault)) from None
        if verbosity:
            self.stdout.write(f"loaded {', '.join(loaded)}" if loaded else "the calendars are as they are shipped")
