"""Where the features stand now, as everybody is told; the last that was read stands in while the store cannot be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import Error

from cutover import cohorts, stages
from cutover.cohorts import cohorts_of
from cutover.models import StageMove, StageRecord
from cutover.plans import Plan, plan_of, plans
from cutover.stages import Source, Stage, Standing, standing
from identity.models import Role
from realtime.contract import StageRow, StagesPayload
from realtime.features import Key, Reading

__all__ = [
    "Crowd",
    "bucket",
    "cohorts_of",
    "history",
    "is_websocket",
    "members_of",
    "plan_of",
    "plans",
    "stage_of",
    "stages_now",
    "standing_of",
]


@dataclass(frozen=True, slots=True)
class Crowd:
    """`members` of `users` are in a canary; `first_share` is the smallest share (1 to 100) with one, None where none can be."""

    members: int
    users: int
    first_share: int | None


_last_read: dict[str, StageRow] = {}


def stages_now() -> StagesPayload:
    """Every planned feature's standing; with an unreadable store the last that was read, else shadow (REST).

    What this process's own environment pins is pinned then, whatever was read.
    """
    try:
        found = _read()
    except Error:
        return _payload([_last_known(plan) for plan in plans()])
    _last_read.update((row.feature, row) for row in found.stages)
    return found


def _read() -> StagesPayload:
    records = StageRecord.objects.in_bulk([plan.feature for plan in plans()], field_name="feature")
    return _payload([_row(plan, records.get(plan.feature) or StageRecord(feature=plan.feature)) for plan in plans()])


def read_stages(keys: Sequence[Key]) -> list[Reading | None]:
    """For publication and snapshot: what is stored, or the database's own error."""
    payload = _read()
    return [Reading(payload, payload.timestamp)] * len(keys)


def stage_of(feature: str) -> Standing:
    """A feature's standing; UnknownFeature where no plan names it."""
    plan_of(feature)
    row = next(row for row in stages_now().stages if row.feature == feature)
    return standing_of(row)


def standing_of(row: StageRow) -> Standing:
    return Standing(Stage(row.stage), row.percent, Source(row.source), row.cohort)


def is_websocket(feature: str) -> bool:
    """Whether all users are shown what the socket brings."""
    return stage_of(feature).stage in stages.SHOWS_PUSHED_DATA


def bucket(feature: str, user: Any) -> float:
    return stages.bucket(feature, str(user.pk))


def members_of(feature: str, percent: int, cohort: str = "") -> Crowd:
    """Whom a canary of such a share would be shown to; to nobody where the cohort is not declared."""
    people = get_user_model().objects.filter(is_active=True).exclude(role=Role.PROBE)
    chosen = people.filter(pk__in=cohorts.users_of(cohort)) if cohort else people
    buckets = [stages.bucket(feature, str(pk)) for pk in chosen.values_list("pk", flat=True)]
    first = math.floor(min(buckets)) + 1 if buckets else None
    return Crowd(sum(bucket < percent for bucket in buckets), people.count(), first)


def history(feature: str) -> list[StageMove]:
    """A feature's moves, the newest first."""
    return list(StageMove.objects.filter(feature=plan_of(feature).feature).order_by("-version"))


def flag_value(plan: Plan) -> str:
    """What this process's environment says: "true", "false", or "" where the flag is not set."""
    return {True: "true", False: "false", None: ""}[settings.WS_FEATURES.get(plan.flag)]


def is_pinned(plan: Plan, record: StageRecord) -> bool:
    """Whether `false` holds the feature in shadow: by what a server noted at its start, whatever process asks."""
    return (record.environment or flag_value(plan)) == "false"


def _row(plan: Plan, record: StageRecord) -> StageRow:
    now = standing(Stage(record.stage), record.percent, is_pinned(plan, record), record.cohort)
    return StageRow(
        feature=plan.feature,
        stage=now.stage,
        percent=now.percent,
        source=now.source,
        version=record.version,
        changed_at=record.changed_at,
        cohort=now.cohort,
        by=record.by,
        reason=record.reason,
        held_until=record.held_until,
    )


def _last_known(plan: Plan) -> StageRow:
    unknown = _row(plan, StageRecord(feature=plan.feature))
    return unknown if flag_value(plan) == "false" else _last_read.get(plan.feature, unknown)


def _payload(rows: Sequence[StageRow]) -> StagesPayload:
    changed = [row.changed_at for row in rows if row.changed_at is not None]
    return StagesPayload(rows, max(changed, default=datetime.fromisoformat("1970-01-01T00:00:00Z")))
