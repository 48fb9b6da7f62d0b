"""Sets up the run's database, and writes what its clients need: a session's cookie, and which topics are events."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.core.management.base import BaseCommand

from GlobalMarkets import feeds
from GlobalMarkets.services.watchlist import settle_watchlist
from identity.models import User
from realtime.features import Delivery, registry
from ThorTrading.services.seeding import seed_account, seed_user


class Command(BaseCommand):
    help = "Sets up the database of a chaos run and writes what its clients need into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--no-venues", action="store_true", help="their calendars take seconds to load")

    def handle(self, *args: Any, file: Path, no_venues: bool, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if not no_venues:
            call_command("load_calendars", verbosity=0)
        settle_watchlist(feeds.current())
        user = seed_user(settings.EMBEDDED_USER)
        seed_account(user, feeds.current())
        way_in = {"cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(user)}", "events": event_heads()}
        file.write_bytes(msgspec.json.encode(way_in))


def session_of(user: User) -> str:
    """The key of a session that is signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def event_heads() -> list[str]:
    """The first parts of the topics whose every message counts."""
    return [stream.head for one in registry for stream in one.streams if stream.delivery is Delivery.EVENT]
