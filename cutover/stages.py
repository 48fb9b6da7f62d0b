"""The stages of a feature, the legal moves between them, and how the environment and the record combine; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class CutoverError(Exception):
    """A feature cannot be moved like this; the message says what is allowed."""


class UnknownFeature(CutoverError):
    """No plan names this feature."""


class IllegalMove(CutoverError):
    """From this stage the feature cannot go there."""


class VersionMovedOn(CutoverError):
    """Somebody else moved the feature in between: look again, then decide."""


class HeldBack(CutoverError):
    """The watch took the feature back, and keeps it there for a while."""


class UnusableReason(CutoverError):
    """Every move is recorded with its reason: give one of at most 500 characters with --reason."""


class Stage(StrEnum):
    """Where a feature stands between REST and WebSocket; the order is the way forward."""

    OFF = "off"
    SHADOW = "shadow"
    CANARY = "canary"
    LIVE = "live"
    SUNSET = "sunset"
    RETIRED = "retired"


class Source(StrEnum):
    """Who decides the stage: the recorded move, or the environment that pins the feature."""

    RECORD = "record"
    ENVIRONMENT = "environment"


FORWARD: dict[Stage, Stage] = {
    Stage.OFF: Stage.SHADOW,
    Stage.SHADOW: Stage.CANARY,
    Stage.CANARY: Stage.LIVE,
    Stage.LIVE: Stage.SUNSET,
    Stage.SUNSET: Stage.RETIRED,
}
"""One step at a time; a canary may also be widened."""

FIRST_SHARE = 10
"""Users of a hundred in a canary whose share was not named."""

MAY_TURN_CANARY = frozenset({Stage.SHADOW, Stage.CANARY})

BACK: dict[Stage, Stage] = dict.fromkeys((Stage.CANARY, Stage.LIVE, Stage.SUNSET, Stage.RETIRED), Stage.SHADOW)
"""One step back from anywhere: to shadow."""

SHOWS_PUSHED_DATA = frozenset({Stage.LIVE, Stage.SUNSET, Stage.RETIRED})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a feature stands, by whose decision, and in canary for how many of a hundred users, of which cohort ("": of all)."""

    stage: Stage
    percent: int
    source: Source
    cohort: str = ""

    def shows_pushed_data(self, bucket: float, cohorts: Collection[str] = ()) -> bool:
        """Whether a user of this bucket (0–100) and these cohorts is shown what the socket brings."""
        if self.stage is Stage.CANARY:
            return bucket < self.percent and (not self.cohort or self.cohort in cohorts)
        return self.stage in SHOWS_PUSHED_DATA


def standing(recorded: Stage, percent: int, pinned: bool, cohort: str = "") -> Standing:
    """WS_FEATURE_X=false pins a feature to shadow whatever is recorded; otherwise the record decides."""
    if pinned:
        return Standing(Stage.SHADOW, 0, Source.ENVIRONMENT)
    if recorded is Stage.CANARY:
        return Standing(recorded, percent, Source.RECORD, cohort)
    return Standing(recorded, 0, Source.RECORD)


def forward(stage: Stage, percent: int | None = None, to: Stage | None = None) -> Stage:
    """Where an advance leads: the next stage, or a canary again where `percent` is given; IllegalMove says what is allowed.

    `to` is where the caller means to arrive; anything else is refused.
    """
    target = _next(stage) if percent is None else _canary(stage, percent)
    if to not in (None, target):
        raise IllegalMove(f"from {stage} this step leads to {target}, not to {to}")
    return target


def _next(stage: Stage) -> Stage:
    try:
        return FORWARD[stage]
    except KeyError:
        raise IllegalMove(f"{stage} is the last stage; the way from here is: rollback") from None


def _canary(stage: Stage, percent: int) -> Stage:
    if not 1 <= percent <= 100:
        raise IllegalMove(f"--percent takes 1 to 100, not {percent}")
    if stage not in MAY_TURN_CANARY:
        raise IllegalMove(f"--percent makes a canary of a feature in shadow, or widens one; this one is in {stage}")
    return Stage.CANARY


def back(stage: Stage) -> Stage:
    """Where a rollback leads; IllegalMove where nothing is shown that could be taken back."""
    try:
        return BACK[stage]
    except KeyError:
        raise IllegalMove(f"in {stage} clients show REST already; the way from here is: advance") from None


def bucket(feature: str, user: str) -> float:
    """A user's place between 0 and 100 for a feature: sticky, spread evenly, and not the same for every feature."""
    digest = hashlib.sha256(f"{feature}:{user}".encode()).digest()
    return int.from_bytes(digest[:8]) % 10_000 / 100
