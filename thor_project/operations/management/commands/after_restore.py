"""`manage.py after_restore`: what must be done once a database has been brought back from a backup, before anybody is served."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.db import transaction

from identity.models import ApiToken, SignInLink
from realtime.epochs import begin_anew


class Command(BaseCommand):
    help = "Begins all topics anew, so that clients read anew, and ends the credentials that the backup brought back to life."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep-tokens", action="store_true", help="leave API tokens valid, those revoked since the backup as well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            topics = begin_anew()
            sessions = Session.objects.all().delete()[0] + SignInLink.objects.all().delete()[0]
            tokens = 0 if options["keep_tokens"] else ApiToken.objects.all().delete()[0]
        self.stdout.write(f"{topics} topics have begun anew: clients read anew when they come back")
        self.stdout.write(f"{sessions} sessions and links, {tokens} tokens are ended: sign in, and make tokens, anew")
