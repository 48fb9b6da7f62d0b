"""In a rehearsal, jobs run faster than declared; else as declared."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import schedule
from jobs.loop import Heartbeat
from jobs.registry import registry, seconds
from jobs.tempo import MILLISECOND, SHORTEST, UNSCALED, at_tempo, scaled, scaled_jobs
from jobs.tests.makers import NOON, await_event, make_declaration, make_job, make_registry

FORTY = 40


@given(st.integers(1, 700_000).map(seconds))
def test_at_tempo_one_everything_stays_as_declared(every):
    assert at_tempo(every, 1) == every


@given(st.integers(1, 3599).map(seconds), st.integers(1, 100))
def test_a_shortened_interval_is_whole_milliseconds_and_within_its_bounds(every, tempo):
    short = at_tempo(every, tempo)
    assert short % MILLISECOND == timedelta(0)
    assert SHORTEST <= short <= every
    assert short == SHORTEST or every / tempo - MILLISECOND < short <= every / tempo


def test_housekeeping_keeps_its_pace():
    assert at_tempo(UNSCALED, 100) == UNSCALED
    assert at_tempo(seconds(3599), 100) == timedelta(milliseconds=35_990)


def test_the_tempo_is_the_settings(settings):
    settings.TEMPO = FORTY
    assert scaled(seconds(10)) == timedelta(milliseconds=250)
    assert scaled(seconds(1)) == SHORTEST
    settings.TEMPO = 1
    assert list(scaled_jobs(registry)) == list(registry)


def test_the_jobs_keep_their_scaled_intervals_on_the_schedule(settings):
    settings.TEMPO = FORTY
    jobs = make_registry(
        make_declaration("each", every=seconds(1)),
        make_declaration("metrics", every=seconds(10)),
        make_declaration("bars", every=seconds(60)),
        make_declaration("weekly", every=seconds(7 * 86_400)),
    )
    settled, times = {}, {job.name: [] for job in jobs}
    for tick in range(61):
        for due in schedule.due(scaled_jobs(jobs), settled, NOON + tick * SHORTEST / 2):
            settled[due.job.name] = due.at
            times[due.job.name].append(due.at)
    assert times["each"] == [NOON + number * SHORTEST for number in range(31)]
    assert times["metrics"] == [NOON + timedelta(milliseconds=250 * number) for number in range(25)]
    assert times["bars"] == [NOON + timedelta(milliseconds=1500 * number) for number in range(5)]
    assert len(times["weekly"]) == 1


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_runs_a_job_as_often_as_the_tempo_says(settings, follow):
    settings.TEMPO = 4
    seen = []
    heart = Heartbeat(make_registry(make_declaration(work=make_job(seen.append), every=seconds(1))), lambda: NOON)
    for milliseconds in (0, 100, 250, 300, 500):
        follow(runs := heart.tick(NOON + timedelta(milliseconds=milliseconds)))
        for run in runs:
            await_event(run.stopped, "the run ends")
    assert seen == [NOON + timedelta(milliseconds=number) for number in (0, 250, 500)]
