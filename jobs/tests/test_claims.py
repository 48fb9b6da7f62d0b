"""A due time belongs to one claimant, whatever process it is in."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from jobs.claims import GRACE, Refusal, Verdict, claim, finish
from jobs.models import JobRun, Outcome
from jobs.registry import seconds
from jobs.schedule import Due
from jobs.tests.makers import LIMIT_SECONDS, NOON, in_a_thread, make_declaration, make_run

pytestmark = pytest.mark.django_db


def make_due(**differing) -> Due:
    return Due(make_declaration(**differing), NOON)


def completed() -> Verdict:
    return Verdict(Outcome.COMPLETED, NOON + timedelta(milliseconds=30), NOON + timedelta(milliseconds=250))


def test_a_claim_is_a_running_row_that_counts_as_lost_some_time_after_the_timeout():
    run = JobRun.objects.get(pk=claim(make_due(), NOON))
    assert (run.job, run.due_at, run.claimed_at, run.outcome) == ("quotes", NOON, NOON, Outcome.RUNNING)
    assert run.expires_at == NOON + seconds(5) + GRACE
    assert run.lateness is None
    assert run.duration is None


def test_a_due_time_is_claimed_once_even_after_its_run_has_ended():
    run_id = claim(make_due(), NOON)
    assert claim(make_due(), NOON) is Refusal.TAKEN
    assert finish(run_id, completed())
    assert claim(make_due(), NOON) is Refusal.TAKEN


def test_another_job_has_the_same_due_time_to_itself():
    assert isinstance(claim(make_due(), NOON), int)
    assert isinstance(claim(make_due(name="bars"), NOON), int)


def test_the_next_due_time_waits_for_the_run_that_is_going_on():
    run_id = claim(make_due(), NOON)
    later = Due(make_declaration(), NOON + seconds(1))
    assert claim(later, NOON + seconds(1)) is Refusal.BUSY
    finish(run_id, completed())
    assert isinstance(claim(later, NOON + seconds(1)), int)


def test_a_run_whose_process_died_is_lost_and_blocks_no_longer():
    dead = make_run(outcome=Outcome.RUNNING, due_at=NOON - seconds(60), expires_at=NOON - seconds(1))
    assert isinstance(claim(make_due(), NOON), int)
    dead.refresh_from_db()
    assert (dead.outcome, dead.error) == (Outcome.LOST, "its process ended before it did")


def test_the_end_is_recorded_once_with_lateness_and_duration():
    run_id = claim(make_due(), NOON)
    assert finish(run_id, completed())
    assert not finish(run_id, Verdict(Outcome.FAILED, None, NOON, "too late"))
    run = JobRun.objects.get(pk=run_id)
    assert (run.outcome, run.error) == (Outcome.COMPLETED, "")
    assert run.lateness == timedelta(milliseconds=30)
    assert run.duration == timedelta(milliseconds=220)
    assert str(run) == "quotes 2026-11-20T12:00:00+00:00 completed"


@pytest.mark.django_db(transaction=True)
def test_of_ten_claimants_at_once_one_has_it():
    start = threading.Barrier(10)
    answers: list[object] = []

    def race() -> object:
        start.wait(LIMIT_SECONDS)
        return claim(make_due(), NOON)

    racers = [threading.Thread(target=lambda: answers.extend(in_a_thread(race))) for _ in range(10)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(LIMIT_SECONDS)
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert answers.count(Refusal.TAKEN) == 9
    assert JobRun.objects.count() == 1
