"""Asks whether what Thor stands on answers, each in a thread of its own and for a bounded time: who hangs, hangs alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from django.db import connections

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0
KEEP_SECONDS = 1.0
OK, FAILING = "ok", "failing"


@dataclass(frozen=True, slots=True)
class Finding:
    """`age`: seconds since it was last known to be well, None where it never was; `detail` is for the signed-in only."""

    state: str
    age: float | None
    detail: str = ""


Look = Callable[[], Finding]
"""May raise and may hang; may use the database, whose connection is closed after it."""


class _Asked:
    """A look that is under way, in its thread."""

    def __init__(self, look: Look) -> None:
        self.since = time.monotonic()
        self.finding: Finding | None = None
        self.ended = threading.Event()
        self._look = look

    def run(self) -> None:
        try:
            self.finding = self._look()
        except Exception as fault:  # noqa: BLE001 - whatever it raises is what there is to tell
            self.finding = Finding(FAILING, None, f"{type(fault).__name__}: {fault}".splitlines()[0])
        finally:
            connections.close_all()
            self.ended.set()


class Lookout:
    """Safe between threads. However many ask, each look is under way once, and its answer is kept for a second."""

    def __init__(
        self, looks: Mapping[str, Look], patience: float = PATIENCE_SECONDS, keep: float = KEEP_SECONDS
    ) -> None:
        self._looks = looks
        self._patience, self._keep = patience, keep
        self._lock = threading.Lock()
        self._asked: dict[str, _Asked] = {}
        self._well_at: dict[str, float] = {}
        self._last: dict[str, Finding] = {}
        self._last_at: float | None = None

    def findings(self) -> dict[str, Finding]:
        """One for each look, within the patience; those who ask meanwhile wait and are given the same."""
        with self._lock:
            if self._last_at is None or time.monotonic() >= self._last_at + self._keep:
                self._last = self._look_around()
                self._last_at = time.monotonic()
            return dict(self._last)

    def _look_around(self) -> dict[str, Finding]:
        for name, look in self._looks.items():
            if name not in self._asked or self._asked[name].ended.is_set():  # what it said in the end is old by now
                self._asked[name] = _Asked(look)
                threading.Thread(target=self._asked[name].run, name=f"look-{name}", daemon=True).start()
        until = time.monotonic() + self._patience
        found = {name: self._found(name, until) for name in self._looks}
        self._tell_changes(found)
        return found

    def _found(self, name: str, until: float) -> Finding:
        asked = self._asked[name]
        if not asked.ended.wait(max(0.0, until - time.monotonic())) or asked.finding is None:
            return Finding(FAILING, self._age(name), f"has not answered for {time.monotonic() - asked.since:.0f} s")
        if asked.finding.state == OK:
            self._well_at[name] = time.monotonic()
            return asked.finding
        age = asked.finding.age
        return Finding(FAILING, self._age(name) if age is None else age, asked.finding.detail)

    def _age(self, name: str) -> float | None:
        well_at = self._well_at.get(name)
        return None if well_at is None else round(time.monotonic() - well_at, 1)

    def _tell_changes(self, found: Mapping[str, Finding]) -> None:
        """Once for each change: many ask."""
        for name, finding in found.items():
            before = self._last.get(name)
            if before is not None and before.state == finding.state:
                continue
            if finding.state == FAILING:
                log.warning("look_failing", look=name, detail=finding.detail)
            elif before is not None:
                log.info("look_well", look=name)
