"""Makes an API token of a user, lists them, or revokes one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity.audit import note
from identity.errors import TokenError
from identity.models import By, Outcome, Role, User
from identity.roles import signs_in
from identity.serializers import DEFAULT_DAYS, MOST_DAYS
from identity.tokens import make_token, revoke_token, tokens_of


class Command(BaseCommand):
    help = "Makes an API token of a user and prints it, this once; with --list or --revoke it makes none."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--name", help="what the new token is for")
        what.add_argument("--list", action="store_true", dest="lists", help="the user's tokens")
        what.add_argument("--revoke", type=int, metavar="ID", help="end this token")
        parser.add_argument(
            "--role", choices=Role.values[:3], help="the most that it may; default: the user's own role"
        )
        parser.add_argument("--days", type=int, default=DEFAULT_DAYS, help="how long it lasts; default: %(default)s")

    def handle(self, *args: Any, username: str, name: str | None, revoke: int | None, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None or not signs_in(user):
            raise CommandError(f"there is no active user {username!r} who signs in: make one with create_user")
        if name is not None:
            self.stdout.write(made(user, name, options["role"], options["days"]))
        elif revoke is not None:
            if not revoke_token(user, revoke):
                raise CommandError(f"{username} has no token {revoke}: see --list")
            note(user, "", By.TOKEN, Outcome.REVOKED, timezone.now())
            self.stdout.write(f"token {revoke} lets nobody in any more")
        else:
            for row in tokens_of(user, timezone.now()):
                self.stdout.write(f"{row.pk}  {row.name}  {row.role}  until {row.expiry:%Y-%m-%d %H:%M}Z")


def made(user: User, name: str, role: str | None, days: int) -> str:
    """The secret of a new token; CommandError where there can be none."""
    if not 1 <= days <= MOST_DAYS:
        raise CommandError(f"--days {days}: a token lasts 1 to {MOST_DAYS} days")
    if not 1 <= len(name.strip()) <= 60:
        raise CommandError("--name takes 1 to 60 characters")
    now = timezone.now()
    try:
        new = make_token(user, name.strip(), Role(role or user.role), timedelta(days=days), now)
    except TokenError as error:
        raise CommandError(str(error)) from error
    note(user, "", By.TOKEN, Outcome.MADE, now)
    return new.secret
