"""Makes a user."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from identity.models import Role, User


class Command(BaseCommand):
    help = "Makes a user; without --password he signs in by the links of sign_in_link."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--role",
            choices=[role for role in Role.values if role != Role.PROBE],
            default=Role.VIEWER.value,
            help="default: %(default)s",
        )
        parser.add_argument("--password", action="store_true", help="ask for a password")

    def handle(self, *args: Any, username: str, role: str, password: bool, **options: Any) -> None:
        user = User(username=username, role=role)
        secret = getpass() if password else None
        user.set_password(secret)
        try:
            user.full_clean(exclude=["password"])
            if secret is not None:
                validate_password(secret, user)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        user.save()
        self.stdout.write(f"{username} is a {role}; sign in with: manage.py sign_in_link {username}")
