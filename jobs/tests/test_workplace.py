"""A worker's process runs a due time as the heartbeat would."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from jobs.models import JobRun, Outcome
from jobs.registry import seconds
from jobs.schedule import Due
from jobs.tests.makers import LIMIT_SECONDS, NOON, await_event, make_declaration, make_job
from jobs.workplace import Workplace

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_waits_for_the_run_and_leaves_nothing_of_it_behind():
    seen = []
    due = Due(make_declaration(work=make_job(seen.append)), NOON)
    workplace = Workplace()
    run = workplace.run(due)
    assert run.stopped.is_set()
    assert seen == [NOON]
    assert JobRun.objects.get().outcome == Outcome.COMPLETED
    assert workplace.run(Due(due.job, NOON + seconds(1))).stopped.is_set()
    assert len(seen) == 2


def test_a_due_time_that_another_process_has_is_not_run():
    seen = []
    due = Due(make_declaration(work=make_job(seen.append)), NOON)
    Workplace().run(due)
    Workplace().run(due)
    assert seen == [NOON]


def test_a_run_that_hangs_is_given_up_and_its_caller_is_free(hangings, follow):
    hanging = hangings.make()
    due = Due(make_declaration(work=make_job(hanging), timeout=timedelta(milliseconds=10)), NOON)
    run = Workplace().run(due)
    follow([run])
    await_event(run.released, "the database lets the run go")
    assert run.is_abandoned
    assert JobRun.objects.get().outcome == Outcome.TIMED_OUT


def test_a_job_that_is_at_work_here_is_not_begun_again(hangings, follow):
    hanging, runs = hangings.make(), []
    workplace = Workplace()
    due = Due(make_declaration(work=make_job(hanging), timeout=seconds(60)), NOON)
    thread = threading.Thread(target=lambda: runs.append(workplace.run(due)), daemon=True)
    thread.start()
    hanging.await_begin()
    with capture_logs() as logs:
        assert workplace.run(Due(due.job, NOON + seconds(1))) is None
    assert [line["event"] for line in logs] == ["job.not_begun"]
    hanging.let_go.set()
    thread.join(LIMIT_SECONDS)
    follow(runs)
