"""Makes a user, and lets him see an account."""

from __future__ import annotations

from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from identity.models import Role, User
from ThorTrading.management.naming import account_named
from ThorTrading.models import Account
from ThorTrading.services.memberships import add_member


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
        parser.add_argument("--account", metavar="SLUG", help="make him a member of this account; default: of none")
        parser.add_argument("--password", action="store_true", help="ask for a password")

    def handle(self, *args: Any, username: str, role: str, account: str | None, **options: Any) -> None:
        seen = None if account is None else account_named(account)
        user = checked(User(username=username, role=role), getpass() if options["password"] else None)
        with transaction.atomic():
            user.save()
            if seen is not None:
                add_member(seen, user, timezone.now())
        self.stdout.write(f"{username} is a {role}, {membership_in_words(username, seen)}")
        self.stdout.write(f"sign in with: manage.py sign_in_link {username}")


def checked(user: User, secret: str | None) -> User:
    """With that password, or with none that could be typed; CommandError where name or password will not do."""
    user.set_password(secret)
    try:
        user.full_clean(exclude=["password"])
        if secret is not None:
            validate_password(secret, user)
    except ValidationError as error:
        raise CommandError("; ".join(error.messages)) from error
    return user


def membership_in_words(username: str, account: Account | None) -> str:
    if account is None:
        return f"a member of no account yet: manage.py members ACCOUNT add {username}"
    return f"a member of {account.slug}"
