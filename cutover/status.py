"""Judges what was observed of each feature: what it shows, whether it is fresh, whether it fails; pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from cutover.advice import START, Observed, Shown, faults, in_words, is_held, missing, next_command, shown
from cutover.budget import LOOK_PATIENCE
from cutover.checklist import Line, Verdict
from cutover.gate import Judgement, Square
from cutover.plans import SHORTEST_PATIENCE, Plan
from cutover.stages import SHOWS_PUSHED_DATA, Source, Stage, Standing
from cutover.wording import COMMAND


class Overall(StrEnum):
    SHADOW_MODE = "SHADOW MODE"
    PARTIAL_CUTOVER = "PARTIAL CUTOVER"
    FULL_CUTOVER = "FULL CUTOVER"


class ExitCode(IntEnum):
    """What the command tells a script."""

    NOTHING_WRONG = 0
    LIVE_FEATURE_FAILS = 1
    CANNOT_TELL = 2


class FeatureStatus(msgspec.Struct, frozen=True):
    """A row of the report. It `fails` where clients are shown what the socket brings, and that is not fresh, or fails a check.

    `lines` and `squares` are the gate's, for the step to `next_stage` ("" after the last), which is `ready` or misses `missing`.
    `faults`: what is wrong beside them.
    """

    feature: str
    shows: Shown
    stage: Stage
    percent: int
    version: int
    changed_at: datetime | None
    decided_by: Source
    flag: str
    flag_value: str
    rest_timer: str
    last_completed_run: datetime | None
    stale_after_seconds: float
    is_fresh: bool
    fails: bool
    published: int
    missing: list[str]
    faults: list[str]
    next: str
    cohort: str
    by: str
    reason: str
    held_until: datetime | None
    sunset_at: datetime | None
    next_stage: str
    ready: bool
    is_unwatched: bool
    lines: list[Line]
    squares: list[Square]


class Report(msgspec.Struct, frozen=True):
    """The whole answer. `problems` says in words why `exit` is not 0."""

    at: datetime
    overall: Overall
    exit: int
    heartbeat: datetime | None
    features: list[FeatureStatus]
    problems: list[str]


def report(
    observed: Sequence[Observed],
    heartbeat: datetime | None,
    now: datetime,
    unreadable: str = "",
    doubts: Sequence[str] = (),
) -> Report:
    """Put the features together; `heartbeat` is when one last beat, `unreadable` why the store could not be read.

    `doubts`: what else keeps anybody from telling, e.g. processes with different environments.
    """
    is_beating = heartbeat is not None and now - heartbeat <= SHORTEST_PATIENCE
    features = [status_of(one, now, is_beating) for one in observed]
    unknown = _unknown(features, heartbeat, unreadable)
    failing = [f"{row.feature} fails: {row.missing[0]}" for row in features if row.fails]
    doubtful = [*_silence(heartbeat, is_beating, now), *doubts, *_unwatched(features)]
    problems = unknown or [*failing, *doubtful]
    return Report(now, overall(features), _exit(unknown, failing, doubtful), heartbeat, features, problems)


def status_of(observed: Observed, now: datetime, is_beating: bool) -> FeatureStatus:
    plan, standing = observed.plan, observed.standing
    patience = plan.patience
    is_fresh = observed.last_run is not None and now - observed.last_run <= patience
    shows = shown(standing.stage)
    judgement = observed.judgement or Judgement(plan.feature, standing.stage, None, Verdict.INCONCLUSIVE)
    is_failing = not is_fresh or judgement.verdict is Verdict.FAIL
    return FeatureStatus(
        feature=plan.feature,
        shows=shows,
        stage=standing.stage,
        percent=standing.percent,
        version=observed.version,
        changed_at=observed.changed_at,
        decided_by=standing.source,
        flag=plan.flag,
        flag_value=observed.flag,
        rest_timer=rest_timer(plan, standing),
        last_completed_run=observed.last_run,
        stale_after_seconds=patience.total_seconds(),
        is_fresh=is_fresh,
        fails=is_failing and shows is not Shown.REST,
        published=observed.published,
        missing=missing(observed, is_fresh, now),
        faults=faults(observed, is_fresh, now),
        next=next_command(observed, is_fresh, is_beating),
        cohort=standing.cohort,
        by=observed.by,
        reason=observed.reason,
        held_until=observed.held_until if is_held(observed, now) else None,
        sunset_at=observed.sunset_at,
        next_stage=judgement.target or "",
        ready=judgement.passes and judgement.target is not None and not is_held(observed, now),
        is_unwatched=observed.is_unwatched,
        lines=list(judgement.lines),
        squares=list(judgement.squares),
    )


def overall(features: Sequence[FeatureStatus]) -> Overall:
    shows = {row.shows for row in features}
    if shows == {Shown.WS}:
        return Overall.FULL_CUTOVER
    return Overall.SHADOW_MODE if shows <= {Shown.REST} else Overall.PARTIAL_CUTOVER


def rest_timer(plan: Plan, standing: Standing) -> str:
    """When dashboards poll."""
    every = f"every {plan.every:g} s"
    if standing.stage is Stage.CANARY:
        return f"{every}; off for {standing.percent} %"
    return "off" if standing.stage in SHOWS_PUSHED_DATA else every


def _unknown(features: Sequence[FeatureStatus], heartbeat: datetime | None, unreadable: str) -> list[str]:
    if unreadable:
        return [f"the database cannot be read ({unreadable}); is it there and migrated? {COMMAND} migrate"]
    if not features:
        return ["no feature has a plan: nothing can be cut over"]
    return [] if heartbeat else [f"no heartbeat ever ran on this database: {START}"]


def _silence(heartbeat: datetime | None, is_beating: bool, now: datetime) -> list[str]:
    if heartbeat is None or is_beating:
        return []
    return [f"the last heartbeat was {in_words(now - heartbeat)} ago, no job runs: {START}"]


def _unwatched(features: Sequence[FeatureStatus]) -> list[str]:
    names = [row.feature for row in features if row.is_unwatched]
    seconds = LOOK_PATIENCE.total_seconds()
    return (
        [f"the probe has not looked at {', '.join(names)} for more than {seconds:g} s: nobody watches it"]
        if names
        else []
    )


def _exit(unknown: Sequence[str], failing: Sequence[str], doubtful: Sequence[str]) -> int:
    if unknown:
        return ExitCode.CANNOT_TELL
    if failing:
        return ExitCode.LIVE_FEATURE_FAILS
    return ExitCode.CANNOT_TELL if doubtful else ExitCode.NOTHING_WRONG
