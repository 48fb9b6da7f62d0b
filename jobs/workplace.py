"""Runs what a worker's process is told to, one after the other or at once: each as the heartbeat would, to its end."""

from __future__ import annotations

import threading
from datetime import timedelta

import structlog
from django.utils import timezone

from jobs.execution import Clock, ThreadExecutor
from jobs.runs import Run
from jobs.schedule import Due

log = structlog.get_logger(__name__)

LOOK_AGAIN = timedelta(seconds=1)
"""A deadline moves, also to an earlier time: from a claim's to that of a job with less."""


class Workplace:
    """Safe between threads. A run that hangs is given up at its deadline, and its caller is free again."""

    def __init__(self, clock: Clock = timezone.now) -> None:
        self._clock = clock
        self._executor = ThreadExecutor(clock)
        self._lock = threading.Lock()

    def run(self, due: Due) -> Run | None:
        """Claim the due time, do the work, record its end; None where the job is at work here already, or hangs too often."""
        with self._lock:
            run = self._executor.start(due, self._clock())
        if run is None:
            log.warning("job.not_begun", job=due.job.name, due_at=due.at.isoformat())
            return None
        while not run.stopped.is_set() and not run.is_abandoned:
            run.stopped.wait(min(LOOK_AGAIN, max(timedelta(0), run.deadline - self._clock())).total_seconds())
            self._settle()
        self._settle()
        return run

    def _settle(self) -> None:
        with self._lock:
            self._executor.settle(self._clock())
