"""Whether this heartbeat leads: asked every few seconds in a thread of its own, and true only while the answer lasts."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import structlog

from jobs.execution import Clock, contained
from jobs.fence import visit
from jobs.locks import LENGTH, Lock, lock_from_settings

log = structlog.get_logger(__name__)

EVERY_SECONDS = 3.0
DATABASE_LIMIT = timedelta(seconds=5)


class Leadership:
    """`leads` never blocks. What an answer says is over LENGTH after it was asked for, however long the process slept."""

    def __init__(self, lock: Lock, clock: Clock) -> None:
        self._lock = lock
        self._clock = clock
        self._until: datetime | None = None
        self._is_failing = False
        self._stop = threading.Event()
        self.leader: str | None = None
        """Who else has the lock."""
        self._thread = threading.Thread(target=self._serve, name="leadership", daemon=True)

    @property
    def is_over(self) -> bool:
        """Whether the lock was given back, or was never asked for."""
        return not self._thread.is_alive()

    def start(self) -> None:
        """Ask every few seconds from now on. Who asks once before has its answer for the first tick."""
        self._thread.start()

    def stop(self) -> None:
        """Lead no more, and give the lock back soon."""
        self._stop.set()

    def leads(self, now: datetime) -> bool:
        until = self._until
        return until is not None and now < until and not self._stop.is_set()

    def ask(self) -> None:
        """Hold the lock, or try to. Where it cannot be asked, what was last heard runs out by itself."""
        now = self._clock()
        try:
            with visit(DATABASE_LIMIT):
                is_held = self._lock.hold(now)
                self.leader = None if is_held else self._lock.holder(now)
        except Exception as fault:  # noqa: BLE001 - whatever the store raises, it is asked again
            self._tell_failing(fault)
            return
        self._until, self._is_failing = now + LENGTH if is_held else None, False

    def _serve(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            self.ask()
        with contained("leader_lock.not_released"), visit(DATABASE_LIMIT):
            self._lock.release()

    def _tell_failing(self, fault: Exception) -> None:
        if not self._is_failing:
            log.warning("leader_lock.unknown", fault=repr(fault))
        self._is_failing = True


def leadership_from_settings(clock: Clock) -> Leadership:
    """By Redis where it is set, with the database behind it; else by the database. It has asked once: not for a loop."""
    leadership = Leadership(lock_from_settings(), clock)
    leadership.ask()
    return leadership
