"""Old runs go, except those that something still rests on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs import housekeeping
from jobs.housekeeping import HistoryHousekeeping, JobsHousekeeping, forget_old_runs
from jobs.models import JobRun, Outcome
from jobs.tallies import Tallies
from jobs.tests.makers import NOON, make_run
from realtime.counts import Counts
from realtime.models import StoredPublication, Topic

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_completed_runs_go_after_a_day_and_failed_ones_after_thirty():
    make_run(due_at=NOON - 2 * DAY)
    make_run(due_at=NOON - 31 * DAY, outcome=Outcome.FAILED)
    kept = {
        make_run(due_at=NOON - 2 * DAY + timedelta(seconds=1), outcome=Outcome.FAILED).pk,
        make_run(due_at=NOON - timedelta(hours=23)).pk,
        make_run(due_at=NOON).pk,
    }
    assert forget_old_runs(NOON) == 2
    assert set(JobRun.objects.values_list("pk", flat=True)) == kept


def test_a_jobs_newest_run_and_its_newest_completed_one_stay_however_old():
    kept = [
        make_run(job="weekly", due_at=NOON - 40 * DAY),
        make_run(job="weekly", due_at=NOON - 33 * DAY, outcome=Outcome.FAILED),
        make_run(job="never_done", due_at=NOON - 50 * DAY, outcome=Outcome.FAILED),
    ]
    JobsHousekeeping().run(NOON)
    assert list(JobRun.objects.order_by("pk")) == kept


def test_what_it_forgets_is_counted(monkeypatch):
    monkeypatch.setattr(housekeeping, "tallies", Tallies())
    for days in (4, 3, 2, 0):
        make_run(due_at=NOON - days * DAY)
    for _ in range(2):
        JobsHousekeeping().run(NOON)
    assert housekeeping.tallies.forgotten == 3


def test_events_are_forgotten_after_a_day_and_the_newest_state_never(monkeypatch):
    counts = Counts()
    monkeypatch.setattr(housekeeping, "counts", counts)
    topic = Topic.objects.create(name="bars.USA.SPY", epoch="e", top=3)
    for slot, age in ((0, 9 * DAY), (1, DAY + timedelta(seconds=1)), (2, DAY), (3, timedelta(0))):
        StoredPublication.objects.create(topic=topic, slot=slot, offset=slot, text="", created_at=NOON - age)
    HistoryHousekeeping().run(NOON)
    assert set(StoredPublication.objects.values_list("slot", flat=True)) == {0, 2, 3}
    assert counts.trimmed == 1
