"""Prints who came in, was refused, and left, and who became a member of which account."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from identity.models import SignInAudit


class Command(BaseCommand):
    help = "Prints the newest sign-ins, refusals, sign-outs and changes of membership, newest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", help="of this user only")
        parser.add_argument("--limit", type=int, default=50, help="how many; default: %(default)s")

    def handle(self, *args: Any, user: str | None, limit: int, **options: Any) -> None:
        rows = SignInAudit.objects.order_by("-pk")
        chosen = rows if user is None else rows.filter(username=user)
        for row in chosen[: max(limit, 0)]:
            who, where = row.username or "(nobody known)", row.address or "this machine"
            line = f"{row.at:%Y-%m-%d %H:%M:%S}Z  {who}  {row.by}  {row.outcome}  {where}"
            self.stdout.write(f"{line}  {row.about}" if row.about else line)
