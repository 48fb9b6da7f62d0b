"""The embedded whole: sets up what is missing, shows how to sign in, and serves the desk from this one process."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections
from django.utils.module_loading import import_string

from GlobalMarkets import feeds
from ThorTrading import brokers
from ThorTrading.management.preparation import Preparation, naming_the_faults, own_replay_database
from ThorTrading.services.stack_start import hold_replay, require_free_port

log = logging.getLogger("thor.stack")


class Command(BaseCommand):
    help = "Starts the embedded desk: set-up, then server, jobs and sockets in this one process."

    def handle(self, *args: Any, **options: Any) -> None:
        with naming_the_faults():
            require_free_port(settings.HOST, settings.PORT)
            if own := own_replay_database():
                hold_replay(own)
            feed, broker = feeds.current(), brokers.current()
        preparation = Preparation()
        preparation.greet()
        preparation.set_up_database()
        user = preparation.fill(feed)
        preparation.show_way_in(user, feed, broker, settings.HOST, settings.PORT)
        connections.close_all()  # the server's threads have their own
        log.info("All systems initialized successfully")
        import_string(settings.EMBEDDED_SERVER)(settings.HOST, settings.PORT)
