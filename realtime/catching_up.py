"""Brings subscriptions to the top of their topics, from the history and the selectors; runs where the database may block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from realtime import history
from realtime.contract import NOTHING_YET, Cursor, Publication
from realtime.features import Delivery, Match
from realtime.reading import read_topic, snapshot_frames
from realtime.recovery import Line, Way, way_to_top


class NotYours(Exception):
    """There is no such topic, or it is not yours to read."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Where a subscription stands, and the frames that bring its client there. `loss` tells of a gap that could not be filled."""

    cursor: Cursor
    recovered: bool
    loss: str
    texts: list[str]


Snapshots = dict[str, tuple[Cursor, list[str]]]
"""The last snapshot of each numbered topic; good for as long as the topic stands at its cursor."""


def catch_up(user: Any, match: Match, client: Cursor | None, snapshots: Snapshots) -> CatchUp:
    """NotYours where this user may not read the topic; asked anew at each subscription."""
    return _from_top(user, match, client, history.top_of(match.topic), snapshots)


def catch_up_each(
    user: Any, wishes: Sequence[tuple[Match, Cursor | None]], snapshots: Snapshots
) -> list[CatchUp | Exception]:
    """Many at once, since a client comes back with all its topics: in place of one that fails, its exception."""
    tops = history.tops([match.topic for match, _ in wishes])
    return [_attempt(user, *wish, tops.get(wish[0].topic, NOTHING_YET), snapshots) for wish in wishes]


def _attempt(user: Any, match: Match, client: Cursor | None, top: Cursor, snapshots: Snapshots) -> CatchUp | Exception:
    try:
        return _from_top(user, match, client, top, snapshots)
    except Exception as fault:  # noqa: BLE001 - one that cannot be read must not hold up the others
        return fault


def _from_top(user: Any, match: Match, client: Cursor | None, top: Cursor, snapshots: Snapshots) -> CatchUp:
    if not match.feature.may_subscribe(user, match.params):
        raise NotYours(NotYours.__doc__)
    topic, is_event = match.topic, match.stream.delivery is Delivery.EVENT
    is_behind = is_event and client not in (None, top)
    line = history.line_of(topic, every_one_counts=True) if is_behind else Line(top, None, is_event)
    way, loss = way_to_top(line, client)
    if way is Way.THERE:
        return CatchUp(line.top, True, "", [])
    if way is Way.MISSED and client is not None:
        missed = _missed(topic, line, client)
        if missed is not None:
            return CatchUp(missed[-1].cursor, True, "", [publication.text for publication in missed])
        loss = "the history no longer reaches back that far"
    cursor, texts = _snapshot(match, topic, line, snapshots)
    recovered = client is not None and not loss and client.epoch == cursor.epoch
    return CatchUp(cursor, recovered, loss, texts)


def _missed(topic: str, line: Line, client: Cursor) -> list[Publication] | None:
    """All that came after the cursor, without a hole, or None."""
    missed: list[Publication] = []
    while not missed or missed[-1].offset < line.top.offset:
        last = missed[-1].offset if missed else client.offset
        more = history.since(topic, last)
        if not more or [p.offset for p in more] != list(range(last + 1, last + 1 + len(more))):
            return None
        missed += more
    return missed if missed[-1].epoch == line.top.epoch else None


def _snapshot(match: Match, topic: str, line: Line, snapshots: Snapshots) -> tuple[Cursor, list[str]]:
    kept = snapshots.get(topic)
    if kept is not None and kept[0] == line.top:
        return kept
    reading = read_topic(match.stream, match.params)
    snapshot = (reading.cursor, snapshot_frames(match, reading))
    if reading.cursor != NOTHING_YET:
        snapshots[topic] = snapshot
    return snapshot
