"""What is known of a feature, what is missing for its next step, and what an operator types next; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cutover.checklist import Verdict
from cutover.gate import Judgement
from cutover.plans import Plan
from cutover.stages import SHOWS_PUSHED_DATA, Source, Stage, Standing
from cutover.wording import COMMAND, brief
from cutover.wording import in_words as line_in_words
from cutover.wording import next_command as next_step

START = f"make run, or {COMMAND} run_heartbeat beside a server"


class Shown(StrEnum):
    """What dashboards show of a feature."""

    WS = "WS"
    REST = "REST"
    TRANSITIONING = "transitioning"


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of a feature. `flag` is the environment's value that a server noted: "", "true" or "false".

    `judgement`: the gate's, None where the store cannot be read. `is_unwatched`: the probe has not looked of late, in market hours.
    """

    plan: Plan
    standing: Standing
    version: int
    changed_at: datetime | None
    flag: str
    last_run: datetime | None
    published: int
    judgement: Judgement | None = None
    is_unwatched: bool = False
    by: str = ""
    reason: str = ""
    held_until: datetime | None = None
    sunset_at: datetime | None = None


def shown(stage: Stage) -> Shown:
    if stage is Stage.CANARY:
        return Shown.TRANSITIONING
    return Shown.WS if stage in SHOWS_PUSHED_DATA else Shown.REST


def missing(observed: Observed, is_fresh: bool, now: datetime) -> list[str]:
    """What stands between this feature and its next step, the gravest first."""
    judged = brief(observed.judgement.lines) if observed.judgement else []
    return [*faults(observed, is_fresh, now), *map(line_in_words, judged)]


def faults(observed: Observed, is_fresh: bool, now: datetime) -> list[str]:
    """What is wrong beside the gate's lines."""
    return [*filter(None, (_stale(observed, is_fresh, now), _held(observed, now), _silent(observed)))]


def _stale(observed: Observed, is_fresh: bool, now: datetime) -> str:
    if is_fresh:
        return ""
    if observed.last_run is None:
        return "its job never completed a run"
    age, limit = now - observed.last_run, observed.plan.patience.total_seconds()
    return f"its job last completed a run {in_words(age)} ago; more than {limit:g} s is stale"


def _silent(observed: Observed) -> str:
    return "" if observed.published else "nothing was published yet"


def is_held(observed: Observed, now: datetime) -> bool:
    return observed.held_until is not None and now < observed.held_until


def _held(observed: Observed, now: datetime) -> str:
    if observed.held_until is None or not is_held(observed, now):
        return ""
    return f"{observed.by} holds it back until {observed.held_until:%H:%M:%SZ}: {observed.reason}"


def next_command(observed: Observed, is_fresh: bool, is_beating: bool) -> str:
    """What the operator types next; empty where nothing is to be done, or only time can do it."""
    judgement = observed.judgement
    if not is_fresh:
        return _mend(observed, is_beating)
    if observed.standing.source is Source.ENVIRONMENT:
        return f"unset {observed.plan.flag}, then restart the server"
    if judgement is None:
        return ""
    if judgement.verdict is Verdict.FAIL and shown(observed.standing.stage) is not Shown.REST:
        return f'{COMMAND} cutover rollback {observed.plan.feature} --reason "{judgement.lacking[0].name}"'
    return next_step(judgement) if observed.published else f"{COMMAND} jobs"


def _mend(observed: Observed, is_beating: bool) -> str:
    """Without a heartbeat REST is as stale as the socket: start it first."""
    if not is_beating:
        return START
    if shown(observed.standing.stage) is Shown.REST:
        return f"{COMMAND} jobs"
    return f'{COMMAND} cutover rollback {observed.plan.feature} --reason "stale"'


def in_words(age: timedelta) -> str:
    """An age as people say it: 3 s, 12 min, 5 h, 2 days."""
    count = max(age.total_seconds(), 0)  # what ended while the question was asked is no older than now
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if count >= 2 * size:
            return f"{count // size:g} {unit}"
    return f"{count:.0f} s"
