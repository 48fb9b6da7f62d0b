"""Moves features between stages: the record, its history and the publication in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cutover.models import StageMove, StageRecord
from cutover.plans import Plan, plan_of, plans
from cutover.selectors import flag_value
from cutover.stages import FIRST_SHARE, SHOWS_PUSHED_DATA, Stage, UnusableReason, back, forward
from realtime.publisher import publish

ENVIRONMENT = "environment"
LONGEST_REASON = 500
NO_EVIDENCE = {"gate": "none: the evidence gate is not built yet"}


@dataclass(frozen=True, slots=True)
class Decision:
    """Who moves a feature, why and when; `forced` marks that the gate's evidence was not asked for."""

    by: str
    reason: str
    at: datetime
    forced: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.reason.strip()) <= LONGEST_REASON:
            raise UnusableReason(UnusableReason.__doc__)


def advance(feature: str, decision: Decision, percent: int | None = None, to: Stage | None = None) -> StageMove:
    """One step forward, or a canary's share of users set to `percent`. CutoverError says what is allowed instead."""
    with transaction.atomic():
        record = _locked(plan_of(feature))
        target = forward(Stage(record.stage), percent, to)
        share = (percent or FIRST_SHARE) if target is Stage.CANARY else 0
        return _move(record, target, share, decision)


def rollback(feature: str, decision: Decision) -> StageMove:
    """Back to shadow from wherever pushed data is shown; never refused for lack of evidence."""
    with transaction.atomic():
        record = _locked(plan_of(feature))
        return _move(record, back(Stage(record.stage)), 0, decision)


def note_environment(now: datetime) -> list[StageMove]:
    """At a server's start: a flag that has become `true` is recorded once as a move to live; then the record decides."""
    moves = [_note(plan, now) for plan in plans()]
    return [move for move in moves if move is not None]


def _note(plan: Plan, now: datetime) -> StageMove | None:
    value = flag_value(plan)
    with transaction.atomic():
        record = _locked(plan)
        if record.environment == value:
            return None
        record.environment = value
        record.save(update_fields=["environment"])
        if value == "true" and Stage(record.stage) not in SHOWS_PUSHED_DATA:
            return _move(record, Stage.LIVE, 0, Decision(ENVIRONMENT, f"{plan.flag}=true", now, forced=True))
        publish("stages", [{}])
        return None


def _locked(plan: Plan) -> StageRecord:
    StageRecord.objects.get_or_create(feature=plan.feature)
    return StageRecord.objects.select_for_update().get(feature=plan.feature)


def _move(record: StageRecord, target: Stage, percent: int, decision: Decision) -> StageMove:
    before = Stage(record.stage)
    record.version += 1
    if target is not before:
        record.entered_version, record.entered_at = record.version, decision.at
    record.stage, record.percent, record.changed_at = target.value, percent, decision.at
    record.by, record.reason = decision.by, decision.reason.strip()
    record.save()
    move = StageMove.objects.create(
        feature=record.feature,
        version=record.version,
        at=decision.at,
        by=decision.by,
        from_stage=before.value,
        to_stage=target.value,
        percent=percent,
        reason=decision.reason.strip(),
        forced=decision.forced,
        evidence=_evidence(before, target),
    )
    publish("stages", [{}])
    return move


def _evidence(before: Stage, target: Stage) -> dict[str, Any]:
    order = list(Stage)
    return NO_EVIDENCE if order.index(target) > order.index(before) else {}
