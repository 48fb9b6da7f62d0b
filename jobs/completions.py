"""When each feature's jobs last completed a run: by this, not by data, is judged whether a feature is fresh."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from jobs.models import JobRun, Outcome
from jobs.registry import Declaration, registry


def last_completed(job: str) -> JobRun | None:
    """The newest completed run of a job."""
    return JobRun.objects.filter(job=job, outcome=Outcome.COMPLETED).order_by("-finished_at").first()


def last_completed_by_feature(jobs: Iterable[Declaration] = registry) -> dict[str, datetime]:
    """By feature, when a job that carries it last finished a completed run; features without one are absent."""
    found: dict[str, datetime] = {}
    for declaration in jobs:
        run = last_completed(declaration.name) if declaration.features else None
        if run is not None and run.finished_at is not None:
            for feature in declaration.features:
                found[feature] = max(found.get(feature, run.finished_at), run.finished_at)
    return found
