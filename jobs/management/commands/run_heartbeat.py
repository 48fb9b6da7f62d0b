"""`manage.py run_heartbeat`: a heartbeat process of its own; SIGTERM and SIGINT end it."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.module_loading import import_string

from jobs.leadership import Leadership, leadership_from_settings
from jobs.loop import run_heartbeat
from realtime.garbage import calm_garbage_collector


class Command(BaseCommand):
    help = "Run the declared jobs when they are due, until SIGTERM or Ctrl-C. `manage.py jobs` shows what it does."

    def handle(self, *args: Any, **options: Any) -> None:
        import_string(settings.METRICS_SERVER)()
        if self.stdout.isatty():  # elsewhere each line is a log's
            self.stdout.write("heartbeat: Ctrl-C ends it, `manage.py jobs` shows the runs")
        asyncio.run(_until_signalled(leadership_from_settings(timezone.now)))


async def _until_signalled(leadership: Leadership) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    calm_garbage_collector()
    await run_heartbeat(stop, leadership=leadership)
