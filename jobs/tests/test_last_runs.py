"""When each job last completed, for whoever may not wait."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError

from jobs import last_runs
from jobs.last_runs import LastRuns, read_last_runs
from jobs.models import Outcome
from jobs.tests.makers import LIMIT_SECONDS, NOON, await_event, make_declaration, make_registry, make_run


@pytest.mark.django_db(transaction=True)
def test_each_declared_jobs_newest_completed_run_counts(monkeypatch):
    monkeypatch.setattr(last_runs, "registry", make_registry(make_declaration("quotes"), make_declaration("failing")))
    for minutes in (0, 2, 1):
        ended = NOON + timedelta(minutes=minutes)
        make_run(due_at=ended, finished_at=ended)
    make_run(due_at=NOON + timedelta(minutes=3), outcome=Outcome.FAILED)
    make_run(job="failing", outcome=Outcome.FAILED)
    make_run(job="declared_no_more")
    expected = {"quotes": (NOON + timedelta(minutes=2)).timestamp(), "failing": 0.0}
    assert read_last_runs() == expected
    assert LastRuns(patience=LIMIT_SECONDS).by_job() == expected


def test_while_the_store_is_away_what_it_said_last_stands():
    answers = iter([{"quotes": 1.0}, None, {"quotes": 3.0}])

    def read() -> dict[str, float]:
        answer = next(answers)
        if answer is None:
            raise OperationalError("the database is away")
        return answer

    runs = LastRuns(read, LIMIT_SECONDS)
    assert [runs.by_job() for _ in range(3)] == [{"quotes": 1.0}, {"quotes": 1.0}, {"quotes": 3.0}]


def test_it_tells_nothing_where_nothing_was_ever_read():
    def read() -> dict[str, float]:
        raise OperationalError("the database is away")

    assert LastRuns(read, LIMIT_SECONDS).by_job() == {}


def test_a_store_that_hangs_keeps_nobody_and_holds_one_thread():
    began, let_go = threading.Semaphore(0), threading.Event()

    def read() -> dict[str, float]:
        began.release()
        await_event(let_go, "the test lets the store answer")
        return {"quotes": 1.0}

    runs = LastRuns(read, patience=0.0)
    try:
        assert [runs.by_job(), runs.by_job()] == [{}, {}]
        assert began.acquire(timeout=LIMIT_SECONDS)
        assert [thread.name for thread in threading.enumerate()].count("last-runs") == 1
    finally:
        let_go.set()
    assert LastRuns(read, LIMIT_SECONDS).by_job() == {"quotes": 1.0}
