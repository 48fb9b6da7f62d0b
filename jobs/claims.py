"""Claims: a run belongs to whoever inserts its row, so that a due time runs at most once, whatever process asks.

A claim lasts LEASE, and its holder renews it while the run is at work. What happens when the holder crashes right here:

- before the row is committed: nobody has the due time, and the next tick of whoever leads has it;
- with the row, in the work or before the end is written: nobody renews, and whoever claims a due time of that job once
  LEASE is over ends the run as lost and has the job. The due time that was caught is not run again;
- frozen instead of dead: the same, and when it wakes its renewal, or the writing of its end, finds the run given up.
  It is cut off from the database then; what it wrote in between, the database's constraints made idempotent.

So it does not matter whether the holder was a heartbeat, an embedded desk or a worker, nor who leads. The clocks of
several machines must agree to within seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog
from django.db import IntegrityError, transaction

from jobs.models import JobRun, Outcome
from jobs.schedule import Due
from jobs.tallies import tallies

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=15)
"""How long an unfinished run is its holder's after that was last heard of."""
RENEW_EVERY = timedelta(seconds=3)
"""Most runs are over before their first renewal is due."""


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


def renew(run_id: int, now: datetime) -> bool:
    """Keep a run for another LEASE, also where that is over but nobody asked; False where it has ended or was given up."""
    return JobRun.objects.filter(pk=run_id, outcome=Outcome.RUNNING).update(expires_at=now + LEASE) == 1


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
    run = JobRun(job=due.job.name, due_at=due.at, claimed_at=now, expires_at=now + LEASE)
    run.save(force_insert=True)
    return run.pk


def _forget_lost(job: str, now: datetime) -> None:
    """Give up runs whose holder is not heard of any more."""
    silent = JobRun.objects.filter(job=job, outcome=Outcome.RUNNING, expires_at__lt=now)
    lost = silent.update(outcome=Outcome.LOST, finished_at=now, error="its process died or stood still")
    if lost:
        log.error("job.run_lost", job=job)
        tallies.lost(job, lost)
