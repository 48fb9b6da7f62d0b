"""Who has answered the newest stages: what each process counts of its dashboards, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from cutover.models import ServerProcess, StageMove
from cutover.processes import living
from cutover.serializers import AnswersPayload
from realtime import history
from realtime.features import Key, Reading


def answers_at(now: datetime) -> AnswersPayload:
    """As the living processes' rows have it."""
    cursor = str(history.top_of("stages"))
    return added_up(cursor, StageMove.objects.order_by("-id").first(), living(now))


def added_up(cursor: str, move: StageMove | None, processes: Sequence[ServerProcess]) -> AnswersPayload:
    """The sum over processes; one that has not heard of `cursor` yet has none that answered (pure)."""
    current = [process for process in processes if process.cursor == cursor]
    last = max((process.answered_at for process in current if process.answered_at), default=None)
    members: Counter[str] = Counter()
    for process in processes:
        members.update(process.members)
    return AnswersPayload(
        cursor=cursor,
        feature=move.feature if move else "",
        stage=move.to_stage if move else "",
        moved_at=move.at if move else None,
        dashboards=sum(process.dashboards for process in processes),
        answered=sum(process.answered for process in current),
        seconds=_seconds(move, last),
        polling=sum(process.polling for process in processes),
        polling_answered=sum(process.polling_answered for process in current),
        members=dict(members),
    )


def _seconds(move: StageMove | None, last: datetime | None) -> float | None:
    return None if move is None or last is None else round(max(0.0, (last - move.at).total_seconds()), 3)


def read_answers(keys: Sequence[Key]) -> list[Reading | None]:
    now = timezone.now()
    return [key.get("reading") or Reading(answers_at(now), now) for key in keys]
