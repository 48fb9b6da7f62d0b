"""Moves features between stages: what the gate says, the record, its history and the publication in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db import transaction

from cutover import cohorts
from cutover.gate import Judgement
from cutover.judging import judgement_of, sign_offs_of
from cutover.models import SignOff, StageMove, StageRecord
from cutover.plans import Plan, plan_of, plans
from cutover.selectors import flag_value
from cutover.stages import (
    FIRST_SHARE,
    SHOWS_PUSHED_DATA,
    CutoverError,
    HeldBack,
    IllegalMove,
    Stage,
    UnusableReason,
    VersionMovedOn,
    back,
    forward,
)
from cutover.wording import refusal
from realtime.publisher import publish

ENVIRONMENT = "environment"
LONGEST_REASON = 500
SUNSET_LASTS = timedelta(days=14)


class GateRefused(CutoverError):
    """The gate's evidence is not there yet; the message says what is missing, line by line, and what to type next."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(refusal(judgement))
        self.judgement = judgement


@dataclass(frozen=True, slots=True)
class Decision:
    """Who moves a feature, why and when; `forced` opens the gate whatever it says, and is recorded."""

    by: str
    reason: str
    at: datetime
    forced: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.reason.strip()) <= LONGEST_REASON:
            raise UnusableReason(UnusableReason.__doc__)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a record is moved to, and what holds there. Times are wall time."""

    target: Stage
    percent: int = 0
    cohort: str = ""
    sunset_at: datetime | None = None
    held_until: datetime | None = None


def advance(  # noqa: PLR0913 - what an operator may say of a step, by keyword
    feature: str,
    decision: Decision,
    percent: int | None = None,
    to: Stage | None = None,
    *,
    cohort: str | None = None,
    sunset_at: datetime | None = None,
    expected_version: int | None = None,
) -> StageMove:
    """One step forward, or a canary's share of users set to `percent`; the gate must be open, or `decision` forced.

    CutoverError says what is allowed instead: IllegalMove, GateRefused, HeldBack, UnknownCohort, VersionMovedOn.
    """
    with transaction.atomic():
        record = _locked(plan_of(feature), expected_version)
        target = forward(Stage(record.stage), percent, to)
        return _take(record, _step(record, target, decision, percent, cohort, sunset_at), decision)


def canary(
    feature: str,
    decision: Decision,
    percent: int | None = None,
    cohort: str | None = None,
    expected_version: int | None = None,
) -> StageMove:
    """Begin a canary, or set its share and cohort ("": no cohort; None: as it is). Showing it to fewer needs no evidence."""
    with transaction.atomic():
        record = _locked(plan_of(feature), expected_version)
        share = (record.percent or FIRST_SHARE) if percent is None else percent
        target = forward(Stage(record.stage), share, Stage.CANARY)
        return _take(record, _step(record, target, decision, share, cohort, None), decision)


def rollback(
    feature: str, decision: Decision, held_for: timedelta | None = None, expected_version: int | None = None
) -> StageMove:
    """Back to shadow from wherever pushed data is shown, never refused for lack of evidence; held there for so long."""
    with transaction.atomic():
        record = _locked(plan_of(feature), expected_version)
        held_until = decision.at + held_for if held_for else None
        return _move(record, Step(back(Stage(record.stage)), held_until=held_until), decision)


def sign_off(feature: str, decision: Decision, expected_version: int | None = None) -> SignOff:
    """An operator's word that a live feature may leave REST; it holds while the feature stays live."""
    with transaction.atomic():
        record = _locked(plan_of(feature), expected_version)
        if record.stage != Stage.LIVE:
            raise IllegalMove(f"a feature is signed off while it is live, before sunset; this one is in {record.stage}")
        given = sign_offs_of(record).filter(by=decision.by).first()
        if given is not None:
            raise IllegalMove(f"{decision.by} signed {feature} off already, at {given.at:%Y-%m-%d %H:%M:%SZ}")
        return SignOff.objects.create(
            feature=feature,
            entered_version=record.entered_version,
            at=decision.at,
            by=decision.by,
            reason=decision.reason.strip(),
        )


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
            return _follow(plan, record, now)
        publish("stages", [{}])
        return None


def _follow(plan: Plan, record: StageRecord, now: datetime) -> StageMove:
    """The environment is not refused, but the move is marked as forced where the gate would have been shut."""
    judgement = judgement_of(plan.feature, now, Stage.LIVE)
    is_open = judgement.passes and record.stage == Stage.CANARY
    decision = Decision(ENVIRONMENT, f"{plan.flag}=true", now, forced=not is_open)
    return _move(record, Step(Stage.LIVE), decision, judgement)


def _locked(plan: Plan, expected_version: int | None = None) -> StageRecord:
    StageRecord.objects.get_or_create(feature=plan.feature)
    record = StageRecord.objects.select_for_update().get(feature=plan.feature)
    if expected_version not in (None, record.version):
        last = f"{record.by} moved it to {record.stage}" if record.version else "nobody has moved it"
        raise VersionMovedOn(
            f"{plan.feature} is at version {record.version}, not {expected_version}: {last}; look again"
        )
    return record


def _step(  # noqa: PLR0913, PLR0917 - what an operator may say of a step
    record: StageRecord,
    target: Stage,
    decision: Decision,
    percent: int | None,
    cohort: str | None,
    sunset_at: datetime | None,
) -> Step:
    if cohort is not None and target is not Stage.CANARY:
        raise IllegalMove(f"--cohort limits a canary; this step leads to {target}")
    if sunset_at is not None and target is not Stage.SUNSET:
        raise IllegalMove(f"--sunset-at says when REST is turned off after sunset; this step leads to {target}")
    if target is Stage.CANARY:
        return Step(target, percent or FIRST_SHARE, _cohort(record, cohort))
    if target is Stage.SUNSET:
        return Step(target, sunset_at=_sunset(decision.at, sunset_at))
    return Step(target, sunset_at=record.sunset_at)


def _cohort(record: StageRecord, named: str | None) -> str:
    if named is None:
        return record.cohort if record.stage == Stage.CANARY else ""
    return cohorts.find(named).name if named else ""


def _sunset(now: datetime, named: datetime | None) -> datetime:
    if named is not None and named <= now:
        raise IllegalMove(f"--sunset-at takes a time to come, not {named:%Y-%m-%d %H:%M:%SZ}")
    return named or now + SUNSET_LASTS


def _take(record: StageRecord, step: Step, decision: Decision) -> StageMove:
    """The step, where the gate and the watch let it pass."""
    if step.target is Stage.SHADOW or _is_narrowing(record, step):
        return _move(record, step, decision)
    judgement = judgement_of(record.feature, decision.at, step.target)
    if not decision.forced:
        _refuse_held(record, decision.at)
        if not judgement.passes:
            raise GateRefused(judgement)
    return _move(record, step, decision, judgement)


def _is_narrowing(record: StageRecord, step: Step) -> bool:
    """Whether a canary is shown to nobody new."""
    both = step.target is Stage.CANARY and record.stage == Stage.CANARY
    return both and step.percent <= record.percent and record.cohort in {"", step.cohort}


def _refuse_held(record: StageRecord, now: datetime) -> None:
    if record.held_until is not None and now < record.held_until:
        until = f"{record.held_until:%Y-%m-%d %H:%M:%SZ}"
        raise HeldBack(
            f"{record.by} holds {record.feature} back until {until} ({record.reason}); --force moves it anyway"
        )


def _move(record: StageRecord, step: Step, decision: Decision, judgement: Judgement | None = None) -> StageMove:
    before = Stage(record.stage)
    _change(record, step, decision)
    move = StageMove.objects.create(
        feature=record.feature,
        version=record.version,
        at=decision.at,
        by=decision.by,
        from_stage=before.value,
        to_stage=step.target.value,
        percent=step.percent,
        cohort=step.cohort,
        reason=decision.reason.strip(),
        forced=decision.forced,
        evidence=msgspec.to_builtins(judgement) if judgement else {},
    )
    publish("stages", [{}])
    return move


def _change(record: StageRecord, step: Step, decision: Decision) -> None:
    record.version += 1
    if step.target != record.stage:
        record.entered_version, record.entered_at = record.version, decision.at
    record.stage, record.percent, record.cohort = step.target.value, step.percent, step.cohort
    record.changed_at, record.by, record.reason = decision.at, decision.by, decision.reason.strip()
    record.held_until, record.sunset_at = step.held_until, step.sunset_at
    record.save()
