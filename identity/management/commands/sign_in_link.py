"""Prints a one-time sign-in link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity.models import User
from identity.roles import signs_in
from identity.services import make_link

OF_THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


class Command(BaseCommand):
    help = "Prints a link that signs a user in once, within ten minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", default=settings.EMBEDDED_USER, help="default: %(default)s")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username).first()
        if user is None or not signs_in(user):
            raise CommandError(f"there is no active user {username!r} who signs in: make one with create_user")
        self.stdout.write(address_of_link(make_link(user, timezone.now()), settings.HOST, settings.PORT))


def address_of_link(token: str, host: str, port: int) -> str:
    """Where a browser spends the token; behind the # it reaches no server's log.

    Behind TLS that is the proxy's name, else what a browser on this machine finds at `host` and `port`.
    """
    public = public_host(settings.ALLOWED_HOSTS) if settings.TLS else None
    return f"{f'https://{public}' if public else address_here(host, port)}/sign-in#{token}"


def public_host(allowed: Sequence[str]) -> str | None:
    """The first that leads to one host, and from other machines, too; None where there is none."""
    return next((host for host in allowed if host not in OF_THIS_MACHINE and not host.startswith(("*", "."))), None)


def address_here(host: str, port: int) -> str:
    here = {"0.0.0.0": "127.0.0.1", "0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://{f'[{here}]' if ':' in here else here}:{port}"
