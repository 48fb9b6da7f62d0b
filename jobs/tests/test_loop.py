"""The heartbeat's pace: each second, whatever the jobs do, until it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from jobs import loop
from jobs.execution import ThreadExecutor
from jobs.loop import Heartbeat, run_heartbeat, run_once, ticks
from jobs.models import JobRun, Outcome
from jobs.registry import Registry, seconds
from jobs.schedule import Due
from jobs.tallies import Tallies
from jobs.tests.makers import LIMIT_SECONDS, NOON, await_event, in_a_thread, make_declaration, make_job, make_registry

JUST_BEFORE = timedelta(milliseconds=999)


class QuickClock:
    """A clock on which every whole second is a millisecond away: it answers the given times one after the other."""

    def __init__(self, *seconds_after_noon: float) -> None:
        self._times: Iterator[float] = iter(seconds_after_noon)
        self._now = NOON

    def __call__(self) -> datetime:
        self._now = NOON + timedelta(seconds=next(self._times, self._now.timestamp() - NOON.timestamp()))
        return self._now


async def take(count: int, clock: QuickClock) -> list[float]:
    stop, taken = asyncio.Event(), []
    async for now in ticks(stop, clock):
        taken.append((now - NOON).total_seconds())
        if len(taken) == count:
            stop.set()
    return taken


async def test_it_ticks_at_once_and_then_in_each_second():
    assert await take(3, QuickClock(0.25, 0.999, 1.0, 1.999, 2.01)) == [0.25, 1.0, 2.01]


async def test_a_wait_that_ends_a_hair_early_makes_no_second_tick():
    assert await take(2, QuickClock(0.0, 0.999, 0.9995, 0.9999, 1.0)) == [0.0, 1.0]


async def test_ticks_that_were_slept_through_are_told_and_not_made_up():
    with capture_logs() as logs:
        assert await take(2, QuickClock(0.0, 0.999, 7.5)) == [0.0, 7.5]
    assert [line["ticks"] for line in logs if line["event"] == "heartbeat.ticks_missed"] == [6]


async def test_in_a_rehearsal_it_ticks_on_the_multiples_of_a_shorter_span():
    clock, stop, tick = QuickClock(0.05, 0.199, 0.2, 0.399, 0.41), asyncio.Event(), timedelta(milliseconds=200)
    taken = []
    async for now in ticks(stop, clock, tick):
        taken.append((now - NOON).total_seconds())
        if len(taken) == 3:
            stop.set()
    assert taken == [0.05, 0.2, 0.41]


async def test_a_clock_set_back_stops_nothing():
    with capture_logs() as logs:
        assert await take(2, QuickClock(0.0, 0.999, -3600.0)) == [0.0, -3600.0]
    assert logs == []


async def test_a_heartbeat_that_is_stopped_before_it_begins_never_ticks():
    stop = asyncio.Event()
    stop.set()
    assert [now async for now in ticks(stop, QuickClock(0.0))] == []


class Stumbling(Heartbeat):
    """Fails at its first tick, and asks to be stopped at its third."""

    def __init__(self, stop: asyncio.Event) -> None:
        super().__init__(make_registry())
        self.stop, self.count = stop, 0

    def tick(self, now):
        self.count += 1
        if self.count == 1:
            raise RuntimeError("a fault in the tick itself")
        if self.count == 3:
            self.stop.set()
        return super().tick(now)


async def test_a_tick_that_fails_is_told_and_the_next_one_comes():
    stop = asyncio.Event()
    heart = Stumbling(stop)
    with capture_logs() as logs:
        await run_heartbeat(stop, heart, QuickClock(0.0, 0.999, 1.0, 1.999, 2.0))
    assert heart.count == 3
    told = [line["event"] for line in logs]
    assert told == ["heartbeat.started", "heartbeat.tick_failed", "heartbeat.stopped"]


@pytest.mark.parametrize(("executor", "expected"), [(None, {"quotes", "probe"}), (ThreadExecutor, {"probe"})])
async def test_what_may_run_in_this_process_is_counted_from_0(monkeypatch, executor, expected):
    monkeypatch.setattr(loop, "tallies", Tallies())
    elsewhere = executor and executor(lambda: NOON)
    jobs = make_registry(make_declaration("quotes"), make_declaration("probe", in_heartbeat=True))
    stop = asyncio.Event()
    stop.set()
    await run_heartbeat(stop, Heartbeat(jobs, elsewhere=elsewhere))
    assert {name for name, _ in loop.tallies.runs} == expected


async def beat_until_begun(hanging, stop: asyncio.Event, heart: Heartbeat) -> asyncio.Task:
    """A heartbeat whose job has begun to hang, told to stop."""
    task = asyncio.create_task(run_heartbeat(stop, heart))
    await asyncio.to_thread(hanging.await_begin)
    stop.set()
    return task


@pytest.mark.django_db(transaction=True)
async def test_no_tick_waits_for_a_job_that_hangs_or_raises(hangings, follow):
    hanging, seen, stop = hangings.make(), [], asyncio.Event()

    def fail(now):
        raise ValueError("always")

    def count(now):
        seen.append(now)
        if len(seen) == 3:
            heart_loop.call_soon_threadsafe(stop.set)

    heart_loop = asyncio.get_running_loop()
    jobs = make_registry(
        make_declaration("hung", work=make_job(hanging)),
        make_declaration("raising", work=make_job(fail)),
        make_declaration("counting", work=make_job(count)),
    )
    heart = Heartbeat(jobs)
    task = asyncio.create_task(run_heartbeat(stop, heart))
    await asyncio.wait_for(stop.wait(), LIMIT_SECONDS)
    hanging.let_go.set()
    await asyncio.wait_for(task, LIMIT_SECONDS)
    follow(heart.executor.runs)
    assert seen == [seen[0] + number * seconds(1) for number in range(3)]


@pytest.mark.django_db(transaction=True)
async def test_when_stopped_it_lets_the_runs_at_work_end(hangings, follow):
    hanging, heart = hangings.make(), None
    heart = Heartbeat(make_registry(make_declaration(work=make_job(hanging), every=seconds(60))))
    task = await beat_until_begun(hanging, asyncio.Event(), heart)
    follow(heart.executor.runs)
    hanging.let_go.set()
    with capture_logs() as logs:
        await asyncio.wait_for(task, LIMIT_SECONDS)
    assert logs == [{"event": "heartbeat.stopped", "left_behind": [], "log_level": "info"}]
    completed = JobRun.objects.filter(outcome=Outcome.COMPLETED)
    assert await asyncio.to_thread(in_a_thread, completed.count) == [1]


@pytest.mark.django_db(transaction=True)
async def test_when_stopped_it_leaves_a_run_behind_that_hangs(hangings, follow, monkeypatch):
    monkeypatch.setattr(loop, "STEP_SECONDS", 0.0)
    hanging = hangings.make()
    heart = Heartbeat(make_registry(make_declaration(work=make_job(hanging), every=seconds(60))))
    task = await beat_until_begun(hanging, asyncio.Event(), heart)
    follow(heart.executor.runs)
    with capture_logs() as logs:
        await asyncio.wait_for(task, LIMIT_SECONDS)
    assert [line["left_behind"] for line in logs] == [["quotes"]]


@pytest.mark.django_db(transaction=True)
def test_run_once_runs_what_is_due_waits_for_it_and_runs_nothing_twice(follow):
    seen = []
    jobs = make_registry(make_declaration(work=make_job(seen.append), every=seconds(10)))
    for _ in range(2):
        follow(run_once(NOON + seconds(3), jobs))
    assert seen == [NOON]
    assert [run.outcome for run in JobRun.objects.all()] == [Outcome.COMPLETED]


@pytest.mark.django_db(transaction=True)
def test_run_once_gives_a_hanging_job_up_as_the_heartbeat_would(hangings, follow):
    hanging = hangings.make()
    jobs = make_registry(make_declaration(work=make_job(hanging), timeout=timedelta(milliseconds=10)))
    (run,) = run_once(NOON, jobs)
    follow([run])
    assert run.is_abandoned
    assert JobRun.objects.get().outcome == Outcome.TIMED_OUT


class Elsewhere:
    """An executor that takes note, and says at once that nothing more is to be done."""

    def __init__(self) -> None:
        self.taken: list[Due] = []
        self.told: list[Due] = []

    def start(self, due, now):
        self.taken.append(due)
        self.told.append(due)

    def settle(self, now):
        told, self.told = self.told, []
        return told


@pytest.mark.django_db(transaction=True)
def test_what_keeps_something_alive_runs_in_the_heartbeat_whatever_runs_the_others(follow):
    seen, elsewhere = [], Elsewhere()
    jobs = make_registry(
        make_declaration("probe", work=make_job(seen.append), in_heartbeat=True), make_declaration("quotes")
    )
    heart = Heartbeat(jobs, clock=lambda: NOON, elsewhere=elsewhere)
    follow(runs := heart.tick(NOON))
    await_event(runs[0].stopped, "the probe's run ends")
    assert heart.tick(NOON) == []
    assert seen == [NOON]
    assert elsewhere.taken == [Due(jobs["quotes"], NOON)]


def test_run_once_of_nothing_does_nothing():
    assert run_once(NOON, Registry()) == []


@pytest.mark.django_db(transaction=True)
def test_two_processes_run_a_due_time_once(follow):
    seen = []
    jobs = make_registry(make_declaration(work=make_job(seen.append), every=seconds(10)))
    hearts = [Heartbeat(jobs, clock=lambda: NOON) for _ in range(2)]
    runs = [run for heart in hearts for run in heart.tick(NOON)]
    follow(runs)
    for run in runs:
        await_event(run.stopped, "both processes have tried")
    assert len(runs) == 2
    assert seen == [NOON]
