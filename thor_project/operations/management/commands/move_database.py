"""`manage.py move_database --to postgres://…`: the desk's database, whole, into an empty PostgreSQL."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import environ
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from thor_project.operations.moving import Moved, MoveError, move


class Command(BaseCommand):
    help = "Copies this desk's database into an empty PostgreSQL; stop the desk first, and set DATABASE_URL after."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", required=True, metavar="URL", help="postgres://… (its password better in ~/.pgpass)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        database = dict(environ.Env.db_url_config(options["to"]))
        if "ENGINE" not in database:
            raise CommandError("--to is no address of a database: name one as postgres://…")
        database["OPTIONS"] = {"connect_timeout": 5} | database.get("OPTIONS", {})
        try:
            moved = move(database)
        except (MoveError, DatabaseError) as fault:
            raise CommandError(f"nothing was moved: {fault}".strip()) from fault
        self.tell(moved)

    def tell(self, moved: list[Moved]) -> None:
        for table in moved:
            self.stdout.write(f"{table.rows:>10,}  {table.table}")
        self.stdout.write(
            f"{sum(table.rows for table in moved):>10,}  rows are there. Now set DATABASE_URL, and start."
        )
