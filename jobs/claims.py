"""Claims: a run belongs to whoever inserts its row, so that a due time runs at most once, whatever process asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from django.db import IntegrityError, transaction

from jobs.models import JobRun, Outcome
from jobs.schedule import Due

GRACE = timedelta(seconds=30)
"""How long after a job's timeout an unfinished run counts as lost (its process died)."""


class Refusal(Enum):
    """Why a claim was refused: TAKEN, somebody has this due time; BUSY, an earlier run of the job is still going."""

    TAKEN = "taken"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended. `started_at` is None where it never began."""

    outcome: Outcome
    started_at: datetime | None
    finished_at: datetime
    error: str = ""


def claim(due: Due, now: datetime) -> int | Refusal:
    """The id of the run that is now the caller's, or why it is not; raises DatabaseError where the store cannot say."""
    with transaction.atomic():
        _forget_lost(due.job.name, now)
        try:
            with transaction.atomic():
                return _insert(due, now)
        except IntegrityError:
            return Refusal.TAKEN if is_claimed(due) else Refusal.BUSY


def is_claimed(due: Due) -> bool:
    """Whether somebody has, or had, this due time."""
    return JobRun.objects.filter(job=due.job.name, due_at=due.at).exists()


def finish(run_id: int, verdict: Verdict) -> bool:
    """Record how a run ended; False where it had been given up before (then nothing changes)."""
    changed = JobRun.objects.filter(pk=run_id, outcome=Outcome.RUNNING).update(
        outcome=verdict.outcome,
        started_at=verdict.started_at,
        finished_at=verdict.finished_at,
        error=verdict.error,
    )
    return changed == 1


def _insert(due: Due, now: datetime) -> int:
    run = JobRun(job=due.job.name, due_at=due.at, claimed_at=now, expires_at=now + due.job.timeout + GRACE)
    run.save(force_insert=True)
    return run.pk


def _forget_lost(job: str, now: datetime) -> None:
    """Give up runs that nobody finished: their process died."""
    lost = JobRun.objects.filter(job=job, outcome=Outcome.RUNNING, expires_at__lt=now)
    lost.update(outcome=Outcome.LOST, finished_at=now, error="its process ended before it did")
