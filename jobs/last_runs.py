"""When each job last completed a run, as it is recorded: read in a thread of its own, so that who asks never waits long."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from jobs.completions import last_completed
from jobs.fence import visit
from jobs.registry import registry

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0
READ_LIMIT = timedelta(seconds=5)


def read_last_runs() -> dict[str, float]:
    """By declared job, when its newest completed run ended, in seconds since 1970; 0 where it has completed none."""
    with visit(READ_LIMIT):
        runs = {declaration.name: last_completed(declaration.name) for declaration in registry}
    return {name: run.finished_at.timestamp() if run and run.finished_at else 0.0 for name, run in runs.items()}


class LastRuns:
    """Safe between threads, of which one reads at a time. While the store is away, what it said last stands: ages grow."""

    def __init__(
        self, read: Callable[[], dict[str, float]] = read_last_runs, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._read, self._patience = read, patience
        self._known: dict[str, float] = {}
        self._is_failing = False
        self._ended = threading.Event()
        self._ended.set()
        self._lock = threading.Lock()

    def by_job(self) -> dict[str, float]:
        """What `read` gives, or gave last; empty where it has never given anything. Waits for it, but not for long."""
        self._reading().wait(self._patience)
        return dict(self._known)

    def _reading(self) -> threading.Event:
        """What is set when the reading that is under way has ended."""
        with self._lock:
            if self._ended.is_set():
                ended = threading.Event()
                threading.Thread(target=self._look, args=(ended,), name="last-runs", daemon=True).start()
                self._ended = ended
            return self._ended

    def _look(self, ended: threading.Event) -> None:
        try:
            self._known = self._read()
            self._is_failing = False
        except Exception as fault:  # noqa: BLE001 - whatever the store raises, it is asked again
            self._tell_failing(fault)
        finally:
            ended.set()

    def _tell_failing(self, fault: Exception) -> None:
        if not self._is_failing:
            log.warning("last_runs_unreadable", fault=repr(fault))
        self._is_failing = True


last_runs = LastRuns()
