"""`manage.py serve`: one web process of production, with the frame writer; the heartbeat runs in a process of its own."""

from __future__ import annotations

# daphne.server installs Twisted's reactor: it comes before whatever else imports Twisted.
from thor_project.server import serve  # isort: skip

from argparse import ArgumentParser
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from ThorTrading.services.stack_start import StackError, require_free_port

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Serves pages, REST and sockets from this process; jobs run elsewhere (manage.py run_heartbeat)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST, help="address to bind to")
        parser.add_argument("--port", type=int, default=settings.PORT, help="port to listen on")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            require_free_port(options["host"], options["port"])
        except StackError as fault:
            raise CommandError(str(fault)) from None
        import_string(settings.METRICS_SERVER)()
        log.info("serving", host=options["host"], port=options["port"])
        serve(options["host"], options["port"], heartbeat=False)
