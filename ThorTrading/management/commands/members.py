"""`manage.py members ACCOUNT [add USER | remove USER]`: who may see an account."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from identity.models import User
from identity.roles import signs_in
from ThorTrading.management.naming import account_named, user_named
from ThorTrading.models import Account
from ThorTrading.selectors import members_of
from ThorTrading.services.memberships import add_member, remove_member


class Command(BaseCommand):
    help = "Lists who may see an account; with add or remove, lets somebody, or no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="its slug, or its id")
        parser.add_argument("action", nargs="?", choices=["add", "remove"], help="default: list the members")
        parser.add_argument("username", nargs="?", metavar="USER")

    def handle(self, *args: Any, account: str, action: str | None, username: str | None, **options: Any) -> None:
        seen = account_named(account)
        if action is None:
            lines = [in_words(user) for user in members_of(seen)] or [f"{seen.slug} has no members"]
            self.stdout.write("\n".join(lines))
        elif username is None:
            raise CommandError(f"{action} whom? manage.py members {account} {action} USER")
        else:
            self.stdout.write((added if action == "add" else removed)(seen, user_named(username)))


def in_words(user: User) -> str:
    return f"{user.username}  {user.role}" + ("" if user.is_active else "  (inactive: sees nothing)")


def added(account: Account, user: User) -> str:
    """What came of it; CommandError for whom a membership would not let see anything."""
    if not signs_in(user):
        why = "is inactive" if not user.is_active else "never signs in"
        raise CommandError(f"{user.username} {why}: nobody was added to {account.slug}")
    if not add_member(account, user, timezone.now()):
        return f"{user.username} was a member of {account.slug} already"
    return f"{user.username} is a member of {account.slug}; an open desk shows it when it is read anew"


def removed(account: Account, user: User) -> str:
    if not remove_member(account, user, timezone.now()):
        raise CommandError(f"{user.username} is no member of {account.slug}: see manage.py members {account.slug}")
    return f"{user.username} is no member of {account.slug} any more; open sockets hear no more of it within seconds"
