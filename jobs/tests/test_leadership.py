"""A heartbeat leads while what it heard of its lock lasts, however long it slept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from jobs import leadership as leadership_module
from jobs.leadership import Leadership, leadership_from_settings
from jobs.locks import LENGTH, DatabaseLock
from jobs.loop import Heartbeat, run_heartbeat
from jobs.models import Lease
from jobs.registry import seconds
from jobs.tallies import tallies
from jobs.tests.makers import LIMIT_SECONDS, NOON, await_event, in_a_thread, make_declaration, make_job, make_registry

STEP_SECONDS = 0.001
pytestmark = pytest.mark.django_db(transaction=True)


class MemoryLock:
    """One that says what the test wants."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.releases = 0

    def hold(self, now):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def release(self):
        self.releases += 1

    def holder(self, now):
        return "somebody"


def make(*answers) -> Leadership:
    return Leadership(MemoryLock(*answers), lambda: NOON)


def test_it_leads_for_as_long_as_the_answer_lasts():
    leadership = make(True)
    assert not leadership.leads(NOON)
    leadership.ask()
    assert leadership.leads(NOON + LENGTH - timedelta(microseconds=1))
    assert not leadership.leads(NOON + LENGTH), "it slept, and another may lead"


def test_it_knows_who_leads_instead():
    leadership = make(False)
    leadership.ask()
    assert not leadership.leads(NOON)
    assert leadership.leader == "somebody"


def test_a_lock_that_cannot_be_asked_takes_nothing_away_and_is_told_once():
    leadership = make(True, OSError("away"))
    leadership.ask()
    with capture_logs() as logs:
        leadership.ask()
        leadership.ask()
    assert [line["event"] for line in logs] == ["leader_lock.unknown"]
    assert leadership.leads(NOON + seconds(9))
    assert not leadership.leads(NOON + LENGTH)


def test_told_to_stop_it_leads_no_more_and_gives_the_lock_back(monkeypatch):
    monkeypatch.setattr(leadership_module, "EVERY_SECONDS", 0.001)
    leadership = make(True, False, True)
    assert leadership.is_over
    leadership.start()
    asyncio.run(come_about(lambda: leadership.leads(NOON)))
    leadership.stop()
    assert not leadership.leads(NOON)
    asyncio.run(come_about(lambda: leadership.is_over))
    assert leadership._lock.releases == 1


def test_the_settings_lock_has_been_asked_once():
    (leadership,) = in_a_thread(lambda: leadership_from_settings(lambda: NOON))
    assert leadership.leads(NOON)
    assert Lease.objects.get().expires_at == NOON + LENGTH
    in_a_thread(leadership._lock.release)


def test_resting_it_gives_up_what_is_late_and_leading_again_it_begins_anew(hangings, follow):
    hanging = hangings.make()
    heart = Heartbeat(make_registry(make_declaration(work=make_job(hanging), every=seconds(60))), lambda: NOON)
    follow(runs := heart.tick(NOON))
    hanging.await_begin()
    heart.rest(NOON + seconds(5))
    await_event(runs[0].released, "the run is given up")
    assert heart._settled == {}
    follow(heart.tick(NOON + seconds(6)))


async def test_only_the_leader_runs_what_is_due_and_a_change_is_told(follow, monkeypatch):
    monkeypatch.setattr(tallies, "leads", None)
    seen, stop, clocks = [], asyncio.Event(), iter([NOON + seconds(second) for second in range(60)])
    lock = MemoryLock(False)
    leadership = Leadership(lock, lambda: NOON)
    heart = Told(make_registry(make_declaration(work=make_job(seen.append))), stop)
    await asyncio.to_thread(leadership.ask)
    with capture_logs() as logs:
        beating = asyncio.create_task(run_heartbeat(stop, heart, lambda: next(clocks), leadership))
        await come_about(lambda: heart.rests >= 2)
        lock.answers = [True]
        await asyncio.to_thread(leadership.ask)
        await asyncio.wait_for(beating, LIMIT_SECONDS)
    follow(heart.started)
    told = [(line["event"], line["leader"]) for line in logs if "leader" in line]
    assert told == [("heartbeat.follows", "somebody"), ("heartbeat.leads", None)]
    assert lock.releases == 1
    assert tallies.leads


class Told(Heartbeat):
    """Counts its rests, and asks to be stopped at its first tick."""

    def __init__(self, jobs, stop) -> None:
        super().__init__(jobs, clock=lambda: NOON)
        self.stop, self.rests, self.started = stop, 0, []

    def rest(self, now):
        self.rests += 1
        super().rest(now)

    def tick(self, now):
        self.stop.set()
        self.started += super().tick(now)
        return self.started


async def come_about(is_so) -> None:
    for _ in range(int(LIMIT_SECONDS / STEP_SECONDS)):
        if is_so():
            return
        await asyncio.sleep(STEP_SECONDS)
    raise AssertionError("did not come about")


async def test_on_the_databases_lock_one_of_two_heartbeats_leads():
    first, second = (Leadership(DatabaseLock(name), lambda: NOON) for name in ("one:1:a", "two:2:b"))
    for leadership in (first, second):
        await asyncio.to_thread(leadership.ask)
    assert (first.leads(NOON), second.leads(NOON)) == (True, False)
    assert second.leader == "one:1:a"
