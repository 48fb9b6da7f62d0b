"""`manage.py runserver` with our server: what it serves is prepared and running as in the embedded desk."""

from __future__ import annotations

# daphne.server installs Twisted's reactor: it comes before whatever else imports Twisted.
from thor_project.server import ThorServer  # isort: skip

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from daphne.management.commands.runserver import Command as DaphneRunserver
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from GlobalMarkets import feeds
from ThorTrading import brokers
from ThorTrading.management.preparation import (
    Preparation,
    naming_the_database,
    naming_the_faults,
    own_replay_database,
)
from ThorTrading.services.stack_start import PortTakenError, hold_replay, require_free_port


class Command(DaphneRunserver):  # type: ignore[misc] # daphne is not typed
    """Daphne calls `check_migrations`, then `get_application`, then serves; with the autoreloader in its child only."""

    server_cls: Callable[..., ThorServer] = ThorServer

    def inner_run(self, *args: Any, **options: Any) -> None:
        try:
            super().inner_run(*args, **options)
        except SystemCheckError:
            raise  # the autoreloader shows it, and waits for the code to be mended
        except CommandError as fault:
            if not options["use_reloader"]:
                raise
            self.stderr.write(f"CommandError: {fault}")
            os._exit(1)  # from the autoreloader's thread an exception ends nothing

    def check_migrations(self) -> None:
        """A replay's own database is made anew; for any other Django's hint, and no jobs on tables that are not there."""
        self.preparation = Preparation()
        self.require_port()
        if own := own_replay_database():
            with naming_the_faults():
                hold_replay(own)
            self.preparation.set_up_database()
        with naming_the_database():
            super().check_migrations()
            self.is_migrated = has_all_migrations()
        if not self.is_migrated:
            self.stdout.write("Then start this again: it fills the desk and prints the link that signs you in.")
            self.server_cls = partial(ThorServer, heartbeat=False)

    def require_port(self) -> None:
        """Before anything is touched; daphne would say it in the log only."""
        try:
            with naming_the_faults():
                require_free_port(self.addr, int(self.port))
        except CommandError as fault:
            if isinstance(fault.__cause__, PortTakenError):
                raise CommandError("That port is already in use.") from None
            raise

    def get_application(self, options: dict[str, Any]) -> Any:
        if self.is_migrated:
            self.prepare()
        return super().get_application(options)

    def prepare(self) -> None:
        """What the embedded start prepares, and the link that signs in."""
        with naming_the_faults():
            feed, broker = feeds.current(), brokers.current()
        user = self.preparation.fill(feed)
        self.preparation.show_way_in(user, feed, broker, self.addr, int(self.port))
        connections.close_all()  # the server's threads have their own


def has_all_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
