"""Runs and ticks in numbers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs import execution
from jobs.claims import Verdict
from jobs.loop import run_once
from jobs.models import Outcome
from jobs.schedule import Due
from jobs.tallies import LATENESS, Tallies
from jobs.tests.makers import NOON, make_declaration, make_job, make_registry


def fail(now):
    raise RuntimeError("no")


def test_a_run_is_counted_with_its_duration_and_lateness():
    tallies = Tallies()
    due = Due(make_declaration(), NOON)
    began = NOON + timedelta(milliseconds=15)
    tallies.ended(due, Verdict(Outcome.COMPLETED, began, began + timedelta(seconds=2)))
    tallies.ended(due, Verdict(Outcome.TIMED_OUT, None, NOON + timedelta(seconds=9)))
    assert tallies.runs == {("quotes", "completed"): 1, ("quotes", "timed_out"): 1}
    assert tallies.durations["quotes"].total == 2.0
    assert tallies.lateness["quotes"].total == 0.015
    assert sum(tallies.durations["quotes"].counts) == 1


def test_what_may_run_here_stands_at_0_before_it_has_and_goes_on_from_what_it_has_run():
    tallies = Tallies()
    tallies.ended(Due(make_declaration(), NOON), Verdict(Outcome.FAILED, None, NOON))
    tallies.expect([make_declaration(), make_declaration("seldom")])
    quotes = {("quotes", "completed"): 0, ("quotes", "failed"): 1, ("quotes", "timed_out"): 0, ("quotes", "lost"): 0}
    seldom = {("seldom", "completed"): 0, ("seldom", "failed"): 0, ("seldom", "timed_out"): 0, ("seldom", "lost"): 0}
    assert dict(tallies.runs) == quotes | seldom


def test_a_ticks_lateness_is_counted():
    tallies = Tallies()
    tallies.ticked(timedelta(milliseconds=7))
    assert tallies.ticks.counts[LATENESS.index(0.01)] == 1


@pytest.mark.django_db(transaction=True)
def test_runs_in_threads_are_counted_by_how_they_ended(monkeypatch):
    tallies = Tallies()
    monkeypatch.setattr(execution, "tallies", tallies)
    run_once(NOON, make_registry(make_declaration("good"), make_declaration("bad", work=make_job(fail))))
    assert tallies.runs == {("good", "completed"): 1, ("bad", "failed"): 1}


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_given_up_is_counted_once(monkeypatch, hangings, follow):
    tallies = Tallies()
    monkeypatch.setattr(execution, "tallies", tallies)
    hanging = hangings.make()
    follow(
        run_once(NOON, make_registry(make_declaration("hung", work=make_job(hanging), timeout=timedelta(seconds=1))))
    )
    assert tallies.runs == {("hung", "timed_out"): 1}
