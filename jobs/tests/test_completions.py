"""A feature is as fresh as the newest completed run of a job that carries it."""

from __future__ import annotations

import pytest

from jobs.completions import last_completed, last_completed_by_feature
from jobs.models import Outcome
from jobs.registry import seconds
from jobs.tests.makers import NOON, make_declaration, make_registry, make_run

pytestmark = pytest.mark.django_db

JOBS = make_registry(
    make_declaration("metrics", features=("positions", "account_balance")),
    make_declaration("bars", features=("intraday",)),
    make_declaration("closed_bars", features=("intraday",)),
    make_declaration("sweeping"),
)


def test_failed_running_and_lost_runs_do_not_count():
    make_run(job="metrics", due_at=NOON - seconds(10), finished_at=NOON - seconds(9))
    for number, outcome in enumerate([Outcome.FAILED, Outcome.TIMED_OUT, Outcome.LOST, Outcome.RUNNING]):
        make_run(job="metrics", due_at=NOON + seconds(number), outcome=outcome)
    assert last_completed_by_feature(JOBS) == {
        "positions": NOON - seconds(9),
        "account_balance": NOON - seconds(9),
    }


def test_of_two_jobs_of_a_feature_the_newer_completion_counts():
    make_run(job="bars", finished_at=NOON + seconds(2))
    make_run(job="closed_bars", finished_at=NOON + seconds(1))
    assert last_completed_by_feature(JOBS) == {"intraday": NOON + seconds(2)}


def test_what_never_completed_is_absent():
    make_run(job="sweeping")
    assert last_completed_by_feature(JOBS) == {}
    assert last_completed("metrics") is None
