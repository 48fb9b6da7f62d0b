"""Reads a topic's rows and its cursor so that they belong together: the offset, the rows, the offset again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import transaction

from realtime import history
from realtime.contract import NOTHING_YET, Cursor, Frame, encode_frame
from realtime.features import Match, Params, Reading, Stream
from realtime.models import Topic

ATTEMPTS = 4
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TopicReading:
    """The newest rows of a topic (oldest first) at a cursor."""

    topic: str
    cursor: Cursor
    readings: Sequence[Reading]


def read_topic(stream: Stream, params: Params) -> TopicReading:
    """What a new subscriber and REST are shown of one topic."""
    topic = stream.topic_of(params)
    cursors, readings = read_at([topic], lambda: stream.rows(params))
    return TopicReading(topic, cursors[topic], readings)


def read_at(topics: Collection[str], read: Callable[[], T]) -> tuple[Mapping[str, Cursor], T]:
    """Rows and the cursors that they belong to; a topic that keeps moving is held still for the last attempt."""
    before = _cursors(topics)
    for _ in range(ATTEMPTS):
        rows = read()
        after = _cursors(topics)
        if after == before:
            return after, rows
        before = after
    return _held_still(topics, read)


def _held_still(topics: Collection[str], read: Callable[[], T]) -> tuple[Mapping[str, Cursor], T]:
    with transaction.atomic():
        list(Topic.objects.select_for_update().filter(name__in=topics).order_by("name"))
        return _cursors(topics), read()


def _cursors(topics: Collection[str]) -> dict[str, Cursor]:
    return dict.fromkeys(topics, NOTHING_YET) | history.tops(topics)


def snapshot_frames(match: Match, reading: TopicReading) -> list[str]:
    """One frame for each row of a snapshot, all at the topic's cursor."""
    return [
        encode_frame(
            Frame(
                type=match.stream.message,
                data=row.payload,
                topic=reading.topic,
                epoch=reading.cursor.epoch,
                offset=reading.cursor.offset,
                as_of=row.as_of,
                snapshot=True,
            )
        )
        for row in reading.readings
    ]
