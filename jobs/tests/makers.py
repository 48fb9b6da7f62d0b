"""Declarations, runs and jobs that tests hold in their hands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connections

from jobs.models import JobRun, Outcome
from jobs.registry import Declaration, Job, Registry, seconds

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
LIMIT_SECONDS = 20.0
"""Deadline of every wait: a failing test says what it waited for instead of hanging."""


class Idle:
    def run(self, now: datetime) -> None:
        """Nothing to do."""


def make_declaration(name: str = "quotes", *, work: type[Job] = Idle, **differing) -> Declaration:
    fields = {"every": seconds(1), "features": (), "timeout": seconds(5)} | differing
    return Declaration(name, work=work, **fields)


def make_registry(*declarations: Declaration) -> Registry:
    registry = Registry()
    for declaration in declarations:
        registry.add(declaration)
    return registry


def make_job(work: Callable[[datetime], None]) -> type[Job]:
    """A job's class around a function of `now`."""

    class Made:
        def run(self, now: datetime) -> None:
            work(now)

    return Made


def make_run(**differing) -> JobRun:
    fields = {
        "job": "quotes",
        "due_at": NOON,
        "claimed_at": NOON,
        "expires_at": NOON + timedelta(seconds=35),
        "outcome": Outcome.COMPLETED,
    }
    if differing.get("outcome", Outcome.COMPLETED) != Outcome.RUNNING:
        fields |= {"started_at": NOON, "finished_at": NOON}
    return JobRun.objects.create(**(fields | differing))


class Hanging:
    """A job that says when it has begun, and hangs until it is let go; `before` and `after` are its work around that."""

    def __init__(self, before: Callable[[], None] = lambda: None, after: Callable[[], None] = lambda: None) -> None:
        self.began, self.let_go = threading.Semaphore(0), threading.Event()
        self.before, self.after = before, after
        self.errors: list[BaseException] = []

    def __call__(self, now: datetime) -> None:
        self.before()
        self.began.release()
        await_event(self.let_go, "the test lets the hanging job go")
        try:
            self.after()
        except BaseException as error:
            self.errors.append(error)
            raise

    def await_begin(self) -> None:
        assert self.began.acquire(timeout=LIMIT_SECONDS), "the hanging job never began"


def await_event(event: threading.Event, what: str) -> None:
    assert event.wait(LIMIT_SECONDS), f"waited in vain: {what}"


def in_a_thread(work: Callable[[], object], ended: threading.Event | None = None) -> list[object]:
    """What `work` gives (or raises) in a thread with a database connection of its own; `ended` is set then."""
    given: list[object] = []

    def carry_out() -> None:
        try:
            given.append(work())
        except Exception as error:  # noqa: BLE001 - handed to the test
            given.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=carry_out, daemon=True)
    thread.start()
    thread.join(LIMIT_SECONDS)
    assert not thread.is_alive(), f"{work} did not come back"
    if ended is not None:
        ended.set()
    return given
