"""Runs due jobs, each in a daemon thread with a deadline; the one place where whatever a job raises is caught."""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError
from structlog.contextvars import bound_contextvars

from jobs import claims
from jobs.claims import Refusal, Verdict
from jobs.fence import RunAbandoned, visit
from jobs.models import Outcome
from jobs.runs import Run
from jobs.schedule import Due
from jobs.starter import starter
from jobs.tallies import tallies

log = structlog.get_logger(__name__)
Clock = Callable[[], datetime]

CLAIM_LIMIT = timedelta(seconds=15)
RECORD_LIMIT = timedelta(seconds=20)
RECORD_TRIES = 3
RENEW_LIMIT = timedelta(seconds=5)
MAX_ABANDONED = 3
"""Threads of one job that may hang at a time; with so many, it is not run until one of them ends."""


class ThreadExecutor:
    """The in-process executor. Its methods are called by the loop's thread only, and never block."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._current: dict[str, Run] = {}
        self._abandoned: list[Run] = []
        self._refused: set[str] = set()

    @property
    def runs(self) -> list[Run]:
        """Those whose threads still live: at work, or hanging."""
        return [run for run in (*self._current.values(), *self._abandoned) if run.holds_a_thread]

    def start(self, due: Due, now: datetime) -> Run | None:
        """Begin a run; None where the job is at work already or hangs too often."""
        if due.job.name in self._current or self._hangs_too_often(due.job.name):
            return None
        run = Run(due, deadline=now + CLAIM_LIMIT)
        _start_thread(f"job-{due.job.name}", _carry_out, run, self._clock, run.stopped)
        self._current[due.job.name] = run
        return run

    def settle(self, now: datetime) -> list[Due]:
        """Take out what has ended, give up what is late, keep the rest; the due times that need no further try."""
        ended = [run for run in self._current.values() if run.stopped.is_set() or self._give_up(run, now)]
        for run in ended:
            del self._current[run.due.job.name]
        for run in self._current.values():
            if run.begin_renewal(now):
                _start_thread(f"renew-{run.due.job.name}", _renew, run, self._clock, run.renewed)
        self._abandoned = [run for run in self._abandoned if run.holds_a_thread]
        return [run.due for run in ended if run.is_settled]

    def _give_up(self, run: Run, now: datetime) -> bool:
        phase = run.phase.value
        if not run.abandon_if_late(now):
            return False
        log.error("job.timed_out", **run.about, phase=phase)
        self._abandoned.append(run)
        _start_thread(f"release-{run.due.job.name}", _release, run, self._clock, run.released)
        return True

    def _hangs_too_often(self, name: str) -> bool:
        hanging = sum(run.due.job.name == name and run.holds_a_thread for run in self._abandoned)
        if hanging < MAX_ABANDONED:
            self._refused.discard(name)
            return False
        if name not in self._refused:
            log.error("job.hangs_too_often", job=name, threads=hanging)
            self._refused.add(name)
        return True


class Caught:
    """What a contained block raised."""

    error: BaseException | None = None

    @property
    def text(self) -> str:
        """The error in one line, at most 500 characters; empty where there was none."""
        lines = traceback.format_exception_only(self.error) if self.error else []
        return " ".join(line.strip() for line in lines)[:500]


@contextlib.contextmanager
def contained(event: str, **about: str) -> Iterator[Caught]:
    """Log what the block raises under `event`, and let it go no further (no traceback where the store is to blame)."""
    caught = Caught()
    try:
        yield caught
    except BaseException as error:
        caught.error = error
        where = None if isinstance(error, OperationalError | RunAbandoned) else error
        log.error(event, **about, error=caught.text, exc_info=where)


def _start_thread(name: str, work: Callable[[Run, Clock], None], run: Run, clock: Clock, over: threading.Event) -> None:
    """Have it started soon. Where no thread is to be had, `over` is set as if it had run: the run is tried again."""

    def failed(error: RuntimeError) -> None:
        log.error("job.no_thread", **run.about, error=str(error))
        over.set()

    starter.start(threading.Thread(target=work, args=(run, clock), name=name, daemon=True), failed)


def _carry_out(run: Run, clock: Clock) -> None:
    """A run's whole life, in a thread of its own."""
    try:
        with contained("job.claim_failed", **run.about):
            _claim(run, clock)
        if run.run_id is not None:
            with bound_contextvars(job=run.due.job.name, run_id=run.run_id):
                _work_and_record(run, run.run_id, clock)
    finally:
        _close_connections(run)
        run.stopped.set()


def _claim(run: Run, clock: Clock) -> None:
    with run.fence.around(CLAIM_LIMIT):
        now = clock()
        answer = claims.claim(run.due, now)
    if isinstance(answer, Refusal):
        run.is_settled = answer is Refusal.TAKEN
        return
    run.hold(answer, now)
    run.is_settled = True


def _renew(run: Run, clock: Clock) -> None:
    """Keep the claim of a run at work. Where others gave it up while this process stood still, it is given up here too."""
    try:
        with contained("job.claim_not_renewed", **run.about), visit(RENEW_LIMIT):
            if run.run_id is not None and not claims.renew(run.run_id, clock()) and run.forfeit(clock()):
                _tell_lost(run)
    finally:
        run.renewed.set()


def _tell_lost(run: Run) -> None:
    log.error("job.claim_lost", **run.about)


def _work_and_record(run: Run, run_id: int, clock: Clock) -> None:
    started_at = clock()
    if not run.begin(started_at):
        _close_connections(run)
        _record_last_word(run, clock)
        return
    verdict = _work(run, started_at, clock)
    if run.conclude(verdict, clock() + RECORD_LIMIT):
        tallies.ended(run.due, verdict)
        _record(run, run_id, verdict)


def _work(run: Run, started_at: datetime, clock: Clock) -> Verdict:
    with contained("job.failed", **run.about) as caught, run.fence.around(run.due.job.timeout):
        run.due.job.work().run(run.due.at)
    _close_connections(run)
    outcome = Outcome.FAILED if caught.error else Outcome.COMPLETED
    return Verdict(outcome, started_at, clock(), caught.text)


def _record(run: Run, run_id: int, verdict: Verdict) -> None:
    """Write how it ended; tried again, because a run without an end blocks the next one until it counts as lost."""
    for _ in range(RECORD_TRIES):
        with contained("job.record_failed", **run.about) as caught, run.fence.around(RECORD_LIMIT):
            _finish(run, run_id, verdict)
        if caught.error is None:
            return
        _close_connections(run)


def _release(run: Run, clock: Clock) -> None:
    """Cut an abandoned run off the database and record its end, so that the next one may start."""
    try:
        with contained("job.cut_failed", **run.about):
            run.fence.cut()
        _record_last_word(run, clock)
    finally:
        _close_connections(run)
        run.released.set()


def _record_last_word(run: Run, clock: Clock) -> None:
    with contained("job.record_failed", **run.about):
        if run.run_id is not None:
            verdict = run.last_word(clock())
            if run.verdict is None:  # else it was counted when it concluded
                tallies.ended(run.due, verdict)
            _finish(run, run.run_id, verdict)


def _finish(run: Run, run_id: int, verdict: Verdict) -> None:
    """Write the end into its row, but over no other's word."""
    if not claims.finish(run_id, verdict):
        _tell_lost(run)


def _close_connections(run: Run) -> None:
    with contained("job.close_failed", **run.about):
        run.fence.close()
