"""A due time belongs to one claimant, whatever process it is in."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from jobs import claims
from jobs.claims import LEASE, Refusal, Verdict, claim, finish, renew
from jobs.models import JobRun, Outcome
from jobs.registry import seconds
from jobs.schedule import Due
from jobs.tallies import Tallies
from jobs.tests.makers import LIMIT_SECONDS, NOON, in_a_thread, make_declaration

pytestmark = pytest.mark.django_db


def make_due(**differing) -> Due:
    return Due(make_declaration(**differing), NOON)


def completed() -> Verdict:
    return Verdict(Outcome.COMPLETED, NOON + timedelta(milliseconds=30), NOON + timedelta(milliseconds=250))


def test_a_claim_is_a_running_row_that_is_its_holders_for_a_short_while_however_long_the_job_may_take():
    run = JobRun.objects.get(pk=claim(make_due(timeout=timedelta(minutes=15)), NOON))
    assert (run.job, run.due_at, run.claimed_at, run.outcome) == ("quotes", NOON, NOON, Outcome.RUNNING)
    assert run.expires_at == NOON + LEASE
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


A_MOMENT = timedelta(microseconds=1)


def claim_later(after: timedelta) -> int | Refusal:
    return claim(Due(make_declaration(), NOON + seconds(1)), NOON + after)


def test_a_run_whose_process_died_is_lost_and_blocks_no_longer(monkeypatch):
    monkeypatch.setattr(claims, "tallies", Tallies())
    dead = JobRun.objects.get(pk=claim(make_due(), NOON))
    assert claim_later(LEASE) is Refusal.BUSY
    assert isinstance(claim_later(LEASE + A_MOMENT), int)
    dead.refresh_from_db()
    assert (dead.outcome, dead.error) == (Outcome.LOST, "its process died or stood still")
    assert dead.finished_at == NOON + LEASE + A_MOMENT
    assert claims.tallies.runs == {(dead.job, "lost"): 1}


def test_a_run_that_is_renewed_stays_its_holders():
    run_id = claim(make_due(), NOON)
    assert renew(run_id, NOON + seconds(3))
    assert claim_later(LEASE + seconds(3)) is Refusal.BUSY
    assert isinstance(claim_later(LEASE + seconds(3) + A_MOMENT), int)


def test_who_stood_still_keeps_its_run_where_nobody_asked_for_it_meanwhile():
    assert renew(claim(make_due(), NOON), NOON + timedelta(hours=8))


def test_who_wakes_after_its_run_was_given_up_renews_nothing_and_overwrites_nothing():
    run_id = claim(make_due(), NOON)
    claim_later(LEASE + A_MOMENT)
    before = JobRun.objects.values().order_by("pk")
    kept = list(before)
    assert not renew(run_id, NOON + LEASE + seconds(1))
    assert not finish(run_id, completed())
    assert list(before.all()) == kept


def test_a_run_that_has_ended_is_not_renewed():
    run_id = claim(make_due(), NOON)
    finish(run_id, completed())
    assert not renew(run_id, NOON)


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
