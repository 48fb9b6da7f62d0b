"""Reads what a status report needs: the stages, the flags that servers noted, the jobs' last runs, what was published."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import Error

from cutover.models import StageRecord
from cutover.plans import plans
from cutover.selectors import flag_value, stages_now
from cutover.stages import Source, Stage, Standing
from cutover.status import Observed, Report, report
from jobs.completions import last_completed, last_completed_by_feature
from jobs.heartbeat import JOB
from realtime.features import match
from realtime.models import Topic


def observe(now: datetime) -> Report:
    """The report at `now`; where the store cannot be read it says so, and shows what would be served then."""
    try:
        runs, published, flags = last_completed_by_feature(), published_by_feature(), noted_flags()
        beat = last_completed(JOB)
    except Error as fault:
        return report(_observed({}, Counter(), {}), None, now, unreadable=str(fault).strip().splitlines()[0])
    return report(_observed(runs, published, flags), beat.finished_at if beat else None, now)


def _observed(runs: dict[str, datetime], published: Counter[str], flags: dict[str, str]) -> list[Observed]:
    rows = {row.feature: row for row in stages_now().stages}
    return [
        Observed(
            plan=plan,
            standing=Standing(
                Stage(rows[plan.feature].stage), rows[plan.feature].percent, Source(rows[plan.feature].source)
            ),
            version=rows[plan.feature].version,
            changed_at=rows[plan.feature].changed_at,
            flag=flags.get(plan.feature) or flag_value(plan),
            last_run=runs.get(plan.feature),
            published=published[plan.feature],
        )
        for plan in plans()
    ]


def published_by_feature() -> Counter[str]:
    """How many publications each feature's topics have numbered so far."""
    counted: Counter[str] = Counter()
    for name, top in Topic.objects.values_list("name", "top"):
        found = match(name)
        if found is not None:
            counted[found.feature.name] += top
    return counted


def noted_flags() -> dict[str, str]:
    return dict(StageRecord.objects.values_list("feature", "environment"))
