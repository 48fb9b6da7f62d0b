"""The roll call of one process's dashboards: how many there are, how many have answered, who is in a canary; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cutover import stages
from cutover.stages import Source, Stage, Standing
from realtime.contract import Cursor, StageRow


@dataclass(frozen=True, slots=True)
class Present:
    """An open dashboard: whose it is, and the newest stages that it said it applied."""

    user_id: str
    acknowledged: Cursor | None
    cohorts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Roll:
    """What a process says of its dashboards; `polling` are those without a socket."""

    cursor: str = ""
    dashboards: int = 0
    answered: int = 0
    members: dict[str, int] = field(default_factory=dict)
    polling: int = 0
    polling_answered: int = 0


def has_answered(acknowledged: Cursor | None, newest: Cursor) -> bool:
    """Whether it has these stages, or newer ones of the same line."""
    return acknowledged is not None and acknowledged.epoch == newest.epoch and acknowledged.offset >= newest.offset


def newer(one: Cursor | None, other: Cursor | None) -> Cursor | None:
    """The further of two places in a line; of two lives of the line, the second's."""
    if one is None or other is None:
        return one or other
    return one if one.epoch == other.epoch and one.offset > other.offset else other


def call_roll(
    present: Sequence[Present], polls: Sequence[Cursor], newest: Cursor, canaries: Sequence[StageRow]
) -> Roll:
    """Count. `polls`: what each dashboard without a socket was last answered; `canaries`: the features in canary."""
    return Roll(
        cursor=str(newest),
        dashboards=len(present),
        answered=sum(has_answered(one.acknowledged, newest) for one in present),
        members={row.feature: sum(_belongs(row, one) for one in present) for row in canaries},
        polling=len(polls),
        polling_answered=sum(has_answered(cursor, newest) for cursor in polls),
    )


def in_canary(rows: Iterable[StageRow]) -> list[StageRow]:
    return [row for row in rows if row.stage == Stage.CANARY]


def _belongs(row: StageRow, present: Present) -> bool:
    if row.cohort and row.cohort not in present.cohorts:
        return False
    standing = Standing(Stage(row.stage), row.percent, Source(row.source))
    return standing.shows_pushed_data(stages.bucket(row.feature, present.user_id))
