"""Who is at work keeps its claim, and gives up a run that others gave up meanwhile: real threads, a real database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from structlog.testing import capture_logs

from jobs import claims, execution
from jobs.claims import LEASE, RENEW_EVERY, Verdict, claim
from jobs.execution import ThreadExecutor
from jobs.fence import RunAbandoned
from jobs.models import JobRun, Outcome
from jobs.registry import seconds
from jobs.runs import Run
from jobs.schedule import Due
from jobs.tests.makers import NOON, await_event, in_a_thread, make_declaration, make_job, make_run

pytestmark = pytest.mark.django_db(transaction=True)
A_MOMENT = timedelta(microseconds=1)
ASLEEP_UNTIL = NOON + LEASE + A_MOMENT


class Wall:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self):
        return self.now


class AtWork:
    """An executor with a job that hangs in its work, of fifteen minutes at most."""

    def __init__(self, hanging, **differing) -> None:
        self.wall, self.hanging = Wall(), hanging
        declaration = make_declaration(work=make_job(hanging), **({"timeout": timedelta(minutes=15)} | differing))
        self.due, self.next_due = (Due(declaration, NOON + second * seconds(1)) for second in range(2))
        self.executor = ThreadExecutor(self.wall)
        self.run = self.executor.start(self.due, NOON)
        hanging.await_begin()

    @property
    def row(self) -> JobRun:
        return JobRun.objects.get(job="quotes", due_at=NOON)

    def settle(self, at) -> list[Due]:
        self.wall.now = at
        settled = self.executor.settle(at)
        await_event(self.run.renewed, "the renewal is over")
        return settled

    def end(self) -> None:
        self.hanging.let_go.set()
        await_event(self.run.stopped, "the run's thread ends")


@pytest.fixture
def at_work(hangings, follow) -> AtWork:
    at_work = AtWork(hangings.make(after=make_run_of_a_ghost))
    follow([at_work.run])
    return at_work


def make_run_of_a_ghost():
    make_run(job="ghost")


def test_a_run_at_work_is_renewed_now_and_then_until_it_ends(at_work):
    kept = []
    for second in range(7):
        at_work.settle(NOON + seconds(second))
        kept.append(at_work.row.expires_at - LEASE - NOON)
    assert kept == [seconds(second // 3 * 3) for second in range(7)]
    at_work.end()
    at_work.settle(NOON + 3 * RENEW_EVERY)
    assert at_work.row.expires_at == NOON + 2 * RENEW_EVERY + LEASE


def test_who_is_not_at_work_yet_has_nothing_to_renew():
    run = Run(Due(make_declaration(), NOON), deadline=NOON)
    assert not run.begin_renewal(NOON + LEASE)


def test_a_renewal_under_way_is_waited_for(at_work):
    assert at_work.run.begin_renewal(NOON + RENEW_EVERY)
    assert not at_work.run.begin_renewal(NOON + 2 * RENEW_EVERY)
    at_work.run.renewed.set()
    assert at_work.run.begin_renewal(NOON + 2 * RENEW_EVERY)
    at_work.run.renewed.set()


def test_a_process_that_stood_still_finds_its_run_taken_and_the_database_shut(at_work):
    """Between the lease's end and its waking, another process claimed the next due time."""
    assert isinstance(claim(at_work.next_due, ASLEEP_UNTIL), int)
    with capture_logs() as logs:
        assert at_work.settle(ASLEEP_UNTIL) == []
        assert at_work.settle(ASLEEP_UNTIL) == [at_work.due]
        await_event(at_work.run.released, "the database lets the run go")
    assert [line["event"] for line in logs] == ["job.claim_lost", "job.timed_out", "job.claim_lost"]
    at_work.end()
    assert [type(error) for error in at_work.hanging.errors] == [RunAbandoned]
    assert not JobRun.objects.filter(job="ghost").exists()
    assert at_work.row.outcome == Outcome.LOST
    assert JobRun.objects.get(due_at=at_work.next_due.at).outcome == Outcome.RUNNING


def test_a_run_that_ends_before_it_hears_that_it_was_taken_overwrites_nothing(at_work):
    claim(at_work.next_due, ASLEEP_UNTIL)
    before = at_work.row.finished_at
    with capture_logs() as logs:
        at_work.end()
    assert [line["event"] for line in logs] == ["job.claim_lost"]
    assert (at_work.row.outcome, at_work.row.finished_at) == (Outcome.LOST, before)


def test_a_renewal_that_comes_after_the_end_was_written_harms_nobody():
    run = Run(Due(make_declaration(), NOON), deadline=NOON)
    in_a_thread(lambda: execution._claim(run, lambda: NOON))
    run.begin(NOON)
    run.conclude(verdict := Verdict(Outcome.COMPLETED, NOON, NOON), deadline=NOON + seconds(20))
    claims.finish(run.run_id, verdict)
    with capture_logs() as logs:
        in_a_thread(lambda: execution._renew(run, lambda: NOON))
    assert logs == []
    assert not run.abandon_if_late(NOON)


def test_a_renewal_that_fails_is_told_and_tried_again(at_work, monkeypatch):
    def fail(run_id, now):
        raise DatabaseError("away")

    with capture_logs() as logs, monkeypatch.context() as patch:
        patch.setattr(claims, "renew", fail)
        at_work.settle(NOON + RENEW_EVERY)
    assert [line["event"] for line in logs] == ["job.claim_not_renewed"]
    at_work.settle(NOON + 2 * RENEW_EVERY)
    assert at_work.row.expires_at == NOON + 2 * RENEW_EVERY + LEASE
