"""Judges what was observed of each feature: what it shows, whether it is fresh, what is missing, what to type next; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

import msgspec

from cutover.plans import Plan
from cutover.stages import SHOWS_PUSHED_DATA, Source, Stage, Standing

COMMAND = "python manage.py"
START = f"make run, or {COMMAND} run_heartbeat beside a server"
SHORTEST_PATIENCE_SECONDS = 15.0
"""As long may a heartbeat be silent, too."""


class Overall(StrEnum):
    SHADOW_MODE = "SHADOW MODE"
    PARTIAL_CUTOVER = "PARTIAL CUTOVER"
    FULL_CUTOVER = "FULL CUTOVER"


class Shown(StrEnum):
    """What dashboards show of a feature."""

    WS = "WS"
    REST = "REST"
    TRANSITIONING = "transitioning"


class ExitCode(IntEnum):
    """What the command tells a script."""

    NOTHING_WRONG = 0
    LIVE_FEATURE_FAILS = 1
    CANNOT_TELL = 2


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of a feature. `flag` is the environment's value that a server noted: "", "true" or "false"."""

    plan: Plan
    standing: Standing
    version: int
    changed_at: datetime | None
    flag: str
    last_run: datetime | None
    published: int


class FeatureStatus(msgspec.Struct, frozen=True):
    """A row of the report. It `fails` where clients are shown what the socket brings, and that is not fresh."""

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
    next: str


class Report(msgspec.Struct, frozen=True):
    """The whole answer. `problems` says in words why `exit` is not 0."""

    at: datetime
    overall: Overall
    exit: int
    heartbeat: datetime | None
    features: list[FeatureStatus]
    problems: list[str]


def report(observed: Sequence[Observed], heartbeat: datetime | None, now: datetime, unreadable: str = "") -> Report:
    """Put the features together; `heartbeat` is when one last beat, `unreadable` why the store could not be read."""
    is_beating = heartbeat is not None and (now - heartbeat).total_seconds() <= SHORTEST_PATIENCE_SECONDS
    features = [status_of(one, now, is_beating) for one in observed]
    unknown = _unknown(features, heartbeat, unreadable)
    failing = [f"{row.feature} fails: {row.missing[0]}" for row in features if row.fails]
    silent = _silence(heartbeat, is_beating, now)
    problems = unknown or [*silent, *failing]
    return Report(now, overall(features), _exit(unknown, failing, silent), heartbeat, features, problems)


def status_of(observed: Observed, now: datetime, is_beating: bool) -> FeatureStatus:
    plan, standing = observed.plan, observed.standing
    patience = stale_after(plan)
    is_fresh = observed.last_run is not None and now - observed.last_run <= patience
    shows = shown(standing.stage)
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
        fails=not is_fresh and shows is not Shown.REST,
        published=observed.published,
        missing=missing(observed, is_fresh, now),
        next=next_command(observed, is_fresh, is_beating),
    )


def overall(features: Sequence[FeatureStatus]) -> Overall:
    shows = {row.shows for row in features}
    if shows == {Shown.WS}:
        return Overall.FULL_CUTOVER
    return Overall.SHADOW_MODE if shows <= {Shown.REST} else Overall.PARTIAL_CUTOVER


def shown(stage: Stage) -> Shown:
    if stage is Stage.CANARY:
        return Shown.TRANSITIONING
    return Shown.WS if stage in SHOWS_PUSHED_DATA else Shown.REST


def stale_after(plan: Plan) -> timedelta:
    """How old a feature's last completed run may be: three intervals, at least 15 seconds."""
    return timedelta(seconds=max(3 * plan.every, SHORTEST_PATIENCE_SECONDS))


def rest_timer(plan: Plan, standing: Standing) -> str:
    """When dashboards poll."""
    every = f"every {plan.every:g} s"
    if standing.stage is Stage.CANARY:
        return f"{every}; off for {standing.percent} %"
    return "off" if standing.stage in SHOWS_PUSHED_DATA else every


def missing(observed: Observed, is_fresh: bool, now: datetime) -> list[str]:
    """What stands between this feature and its next step, the gravest first."""
    return [text for text in (_stale(observed, is_fresh, now), _silent(observed), _gate(observed.standing)) if text]


def _stale(observed: Observed, is_fresh: bool, now: datetime) -> str:
    if is_fresh:
        return ""
    if observed.last_run is None:
        return "its job never completed a run"
    age, limit = now - observed.last_run, stale_after(observed.plan).total_seconds()
    return f"its job last completed a run {in_words(age)} ago; more than {limit:g} s is stale"


def _silent(observed: Observed) -> str:
    return "" if observed.published else "nothing was published yet"


def _gate(standing: Standing) -> str:
    if standing.stage in SHOWS_PUSHED_DATA:
        return ""
    return "no evidence yet (the gate is not built)"


def next_command(observed: Observed, is_fresh: bool, is_beating: bool) -> str:
    """What the operator types next; empty where nothing is to be done."""
    if not is_fresh:
        return _mend(observed, is_beating)
    if observed.standing.source is Source.ENVIRONMENT:
        return f"unset {observed.plan.flag}, then restart the server"
    if observed.standing.stage in SHOWS_PUSHED_DATA:
        return ""
    if not observed.published:
        return f"{COMMAND} jobs"
    return f'{COMMAND} cutover advance {observed.plan.feature} --reason "…"'


def _mend(observed: Observed, is_beating: bool) -> str:
    """Without a heartbeat REST is as stale as the socket: start it first."""
    if not is_beating:
        return START
    if shown(observed.standing.stage) is Shown.REST:
        return f"{COMMAND} jobs"
    return f'{COMMAND} cutover rollback {observed.plan.feature} --reason "stale"'


def in_words(age: timedelta) -> str:
    """An age as people say it: 3 s, 12 min, 5 h, 2 days."""
    count = age.total_seconds()
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if count >= 2 * size:
            return f"{count // size:g} {unit}"
    return f"{count:.0f} s"


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


def _exit(unknown: Sequence[str], failing: Sequence[str], silent: Sequence[str]) -> int:
    if unknown:
        return ExitCode.CANNOT_TELL
    if failing:
        return ExitCode.LIVE_FEATURE_FAILS
    return ExitCode.CANNOT_TELL if silent else ExitCode.NOTHING_WRONG
