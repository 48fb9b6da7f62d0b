"""Forgets old runs, but never a job's newest (so that its due time stays taken) nor its newest completed one; and old history."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Q

from jobs.models import JobRun, Outcome
from jobs.registry import job, seconds
from jobs.tallies import tallies
from realtime import history
from realtime.counts import counts

KEEP_COMPLETED = timedelta(days=1)
KEEP_FAILED = timedelta(days=30)
KEEP_HISTORY = timedelta(hours=24)


@job("jobs_housekeeping", every=seconds(3600), timeout=seconds(30))
class JobsHousekeeping:
    def run(self, now: datetime) -> None:
        tallies.forgotten += forget_old_runs(now)


@job("history_housekeeping", every=seconds(600), timeout=seconds(300))
class HistoryHousekeeping:
    """The history of EVENT topics reaches back a day: who was away for longer gets a snapshot."""

    def run(self, now: datetime) -> None:
        counts.trimmed += history.trim(now - KEEP_HISTORY)


def forget_old_runs(now: datetime) -> int:
    """Delete completed runs a day after they were due, others after thirty days; how many were deleted."""
    old = Q(outcome=Outcome.COMPLETED, due_at__lt=now - KEEP_COMPLETED) | Q(due_at__lt=now - KEEP_FAILED)
    deleted, _ = JobRun.objects.filter(old).exclude(pk__in=_newest()).delete()
    return deleted


def _newest() -> set[int]:
    """The ids of each job's newest run and of its newest completed run (ids grow with time)."""
    completed = Max("pk", filter=Q(outcome=Outcome.COMPLETED))
    rows = JobRun.objects.values("job").annotate(last=Max("pk"), completed=completed)
    return {pk for row in rows for pk in (row["last"], row["completed"]) if pk is not None}
