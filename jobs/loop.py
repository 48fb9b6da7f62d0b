"""The heartbeat: ticks each second (in a rehearsal faster) in the server's loop, starts what is due and waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from jobs import schedule
from jobs.execution import CLAIM_LIMIT, RECORD_LIMIT, Clock, ThreadExecutor, contained
from jobs.executors import Executor, elsewhere_from_settings
from jobs.leadership import Leadership
from jobs.registry import ONE_SECOND, Declaration, Registry, registry
from jobs.runs import Run
from jobs.schedule import Due
from jobs.tallies import tallies
from jobs.tempo import scaled, scaled_jobs

log = structlog.get_logger(__name__)
CLAIM_TIME = timedelta(seconds=1)
"""What a claim may take in `run_once` before the job's own time begins."""
STEPS, STEP_SECONDS = 60, 0.05


class Heartbeat:
    """What a tick does. Never blocks: whatever touches the database happens in the executors' threads.

    `elsewhere` runs what need not run in this process; without it everything does.
    """

    def __init__(
        self, jobs: Registry = registry, clock: Clock = timezone.now, elsewhere: Executor | None = None
    ) -> None:
        self.executor = ThreadExecutor(clock)
        self._elsewhere: Executor = self.executor if elsewhere is None else elsewhere
        self._jobs = jobs
        self._settled: dict[str, datetime] = {}

    @property
    def jobs_here(self) -> list[Declaration]:
        """Those that run in this process."""
        return [job for job in self._jobs if job.in_heartbeat or self._elsewhere is self.executor]

    def tick(self, now: datetime) -> list[Run]:
        """Take in what has ended, give up what is late, start what is due; the runs that were started."""
        self._settle(now)
        started = [self._start(due, now) for due in schedule.due(scaled_jobs(self._jobs), self._settled, now)]
        return [run for run in started if run is not None]

    def rest(self, now: datetime) -> None:
        """What is left to do for one that does not lead: see to the runs at work. Others settle what is due meanwhile."""
        self._settle(now)
        self._settled.clear()

    def _settle(self, now: datetime) -> None:
        for executor in {self.executor, self._elsewhere}:
            for done in executor.settle(now):
                self._settled[done.job.name] = done.at

    def _start(self, due: Due, now: datetime) -> Run | None:
        run = (self.executor if due.job.in_heartbeat else self._elsewhere).start(due, now)
        skipped = schedule.skipped(self._settled.get(due.job.name), due)
        if run is not None and skipped * due.job.every >= ONE_SECOND:  # less is the rush of a rehearsal
            log.warning("job.due_times_skipped", job=due.job.name, skipped=skipped, due_at=due.at.isoformat())
        return run


async def run_heartbeat(
    stop: asyncio.Event,
    heart: Heartbeat | None = None,
    clock: Clock = timezone.now,
    leadership: Leadership | None = None,
) -> None:
    """Tick until `stop` is set; then the runs at work have three seconds to end before they are left behind.

    With a `leadership`, it runs what is due only while it leads; without one it is alone.
    """
    heart = heart or Heartbeat(clock=clock, elsewhere=elsewhere_from_settings(clock))
    tallies.expect(heart.jobs_here)
    log.info("heartbeat.started")
    if leadership is not None:
        leadership.start()
    async for now in ticks(stop, clock, scaled(ONE_SECOND)):
        with contained("heartbeat.tick_failed"):
            (heart.tick if _leads(leadership, now) else heart.rest)(now)
    await _come_about(lambda: not heart.executor.runs)
    if leadership is not None:
        leadership.stop()
        await _come_about(lambda: leadership.is_over)
    log.info("heartbeat.stopped", left_behind=[run.due.job.name for run in heart.executor.runs])


def _leads(leadership: Leadership | None, now: datetime) -> bool:
    """Whether it may run what is due; a change is told."""
    leads = leadership is None or leadership.leads(now)
    if leadership is not None and leads != tallies.leads:
        log.info("heartbeat.leads" if leads else "heartbeat.follows", leader=leadership.leader)
    tallies.leads = leads
    return leads


async def ticks(stop: asyncio.Event, clock: Clock, tick: timedelta = ONE_SECOND) -> AsyncIterator[datetime]:
    """The time at once, then at each multiple of `tick` on the wall clock; those that were slept through are not made up."""
    last: datetime | None = None
    while not stop.is_set():
        now = clock()
        at = schedule.newest_due_time(tick, now)
        if at != last:
            if last is not None:
                tallies.ticked(now - at)
            if last is not None and at - last - tick >= ONE_SECOND:
                log.warning("heartbeat.ticks_missed", ticks=(at - last) // tick - 1)
            last = at
            yield now
        await _wait(stop, schedule.until_next_tick(tick, clock()))


async def _wait(stop: asyncio.Event, limit: timedelta) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), limit.total_seconds())


async def _come_about(is_so: Callable[[], bool]) -> None:
    """Wait for it, three seconds at most."""
    for _ in range(STEPS):
        if is_so():
            return
        await asyncio.sleep(STEP_SECONDS)


def run_once(now: datetime, jobs: Registry = registry) -> list[Run]:
    """One tick of the real thing with the clock standing at `now`, waited for; the runs that it started.

    For tests (with `django_db(transaction=True)`: the threads have connections of their own) and trials. A job that is
    not done within its timeout is given up as the heartbeat would.
    """
    heart = Heartbeat(jobs, clock=lambda: now)
    started = heart.tick(now)
    for run in started:
        run.stopped.wait((CLAIM_TIME + run.due.job.timeout).total_seconds())
    heart.executor.settle(now + CLAIM_LIMIT + RECORD_LIMIT + max((job.timeout for job in jobs), default=ONE_SECOND))
    for run in started:
        (run.released if run.is_abandoned else run.stopped).wait(CLAIM_LIMIT.total_seconds())
    return started
