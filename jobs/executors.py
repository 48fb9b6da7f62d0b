"""What gets due times run, and which of it the settings name: Celery is imported only where JOBS_EXECUTOR is that."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from jobs.execution import Clock
from jobs.runs import Run
from jobs.schedule import Due


class Executor(Protocol):
    """Gets due times run. Both methods are called by the loop's thread only, and never block."""

    def start(self, due: Due, now: datetime) -> Run | None:
        """Have it run; the run, where it is one of this process."""

    def settle(self, now: datetime) -> list[Due]:
        """Those due times that need no further try, each once."""


def elsewhere_from_settings(clock: Clock) -> Executor | None:
    """What runs the jobs that need not run in the heartbeat's process; None where that runs them all."""
    if settings.JOBS_EXECUTOR == "thread":
        return None
    from jobs.celery import Sender, WorkerExecutor

    return WorkerExecutor(Sender(import_string(settings.CELERY_APP)), clock)
