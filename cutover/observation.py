"""Reads what a status report needs: the stages, the flags that servers noted, the jobs' last runs, what was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import Error

from cutover.advice import Observed
from cutover.gate import Judgement
from cutover.judging import is_unwatched, judgement_of, shown
from cutover.models import StageRecord
from cutover.plans import Plan, plans
from cutover.processes import differing, living
from cutover.selectors import flag_value, stages_now, standing_of
from cutover.status import Report, report
from jobs.completions import last_completed, last_completed_by_feature
from jobs.heartbeat import JOB
from realtime.contract import StageRow
from realtime.features import match
from realtime.models import Topic


def observe(now: datetime) -> Report:
    """The report at `now`; where the store cannot be read it says so, and shows what would be served then."""
    try:
        known, beat = _known(now), last_completed(JOB)
        doubts = [str(difference) for difference in differing(living(now))]
    except Error as fault:
        return report(_observed(_Known()), None, now, unreadable=str(fault).strip().splitlines()[0])
    return report(_observed(known), beat.finished_at if beat else None, now, doubts=doubts)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store says, by feature; nothing where it cannot be read."""

    runs: Mapping[str, datetime] = field(default_factory=dict)
    published: Counter[str] = field(default_factory=Counter)
    records: Mapping[str, StageRecord] = field(default_factory=dict)
    judgements: Mapping[str, Judgement] = field(default_factory=dict)
    unwatched: frozenset[str] = frozenset()


def _known(now: datetime) -> _Known:
    return _Known(
        last_completed_by_feature(),
        published_by_feature(),
        StageRecord.objects.in_bulk(field_name="feature"),
        {plan.feature: judgement_of(plan.feature, now) for plan in plans()},
        frozenset(plan.feature for plan, record in shown() if is_unwatched(plan, record, now)),
    )


def _observed(known: _Known) -> list[Observed]:
    rows = {row.feature: row for row in stages_now().stages}
    return [_of(plan, rows[plan.feature], known) for plan in plans()]


def _of(plan: Plan, row: StageRow, known: _Known) -> Observed:
    record = known.records.get(plan.feature) or StageRecord(feature=plan.feature)
    return Observed(
        plan=plan,
        standing=standing_of(row),
        version=row.version,
        changed_at=row.changed_at,
        flag=record.environment or flag_value(plan),
        last_run=known.runs.get(plan.feature),
        published=known.published[plan.feature],
        judgement=known.judgements.get(plan.feature),
        is_unwatched=plan.feature in known.unwatched,
        by=row.by,
        reason=row.reason,
        held_until=row.held_until,
        sunset_at=record.sunset_at,
    )


def published_by_feature() -> Counter[str]:
    """How many publications each feature's topics have numbered so far."""
    counted: Counter[str] = Counter()
    for name, top in Topic.objects.values_list("name", "top"):
        found = match(name)
        if found is not None:
            counted[found.feature.name] += top
    return counted
