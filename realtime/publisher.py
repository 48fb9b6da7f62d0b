"""The way out: numbers and stores what changed in the caller's transaction, and nudges the layer after its commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from threading import Lock

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from bulk.rows import insert_rows, rows_select, rows_text
from realtime import correlation
from realtime.contract import Frame, Publication, encode_frame
from realtime.counts import counts
from realtime.features import Delivery, Feature, Key, Reading, Stream, registry
from realtime.nudges import nudges
from realtime.numbering import Numbered, take_offsets

_TABLE = "realtime_storedpublication"
_STORED = {"topic_id": "bigint", "slot": "bigint", "offset": "bigint", "text": "text", "created_at": "timestamptz"}
_REPLACE = """
INSERT INTO realtime_storedpublication (topic_id, slot, "offset", text, created_at) {rows}
ON CONFLICT (topic_id, slot) DO UPDATE SET "offset" = excluded."offset", text = excluded.text, created_at = excluded.created_at
"""


_counting = Lock()


class PublishError(Exception):
    """Nothing was published; the caller's transaction must not commit."""


class OutsideTransaction(PublishError):
    """Publish inside `transaction.atomic()`, together with the change that is published."""


class Unnumbered(PublishError):
    """A VOLATILE stream has no numbers and no history: use publish_volatile."""


class RowIsGone(PublishError):
    """A key was published whose row the selector does not find: record first, then publish."""


def publish(stream_name: str, keys: Sequence[Key]) -> list[Publication]:
    """Publish the rows that `keys` name, each as the stream's selector reads it now, numbered in the order of `keys`.

    Of a STATE topic that is named twice one publication is made. Raises PublishError; the nudge itself never raises.
    """
    stream, feature = registry.stream(stream_name), registry.feature_of(stream_name)
    _require_numbers(stream)
    _require_transaction()
    addressed = _addressed(stream, keys)
    taken = take_offsets(Counter(topic for topic, _ in addressed))
    publications = _numbered(stream, addressed, taken)
    _store(stream, publications, taken)
    if publications:
        transaction.on_commit(partial(_tell, stream, feature, publications), robust=True)
    return publications


def publish_volatile(stream_name: str, key: Key, payload: msgspec.Struct, as_of: datetime) -> None:
    """Send an unnumbered message to whoever listens now; it is not kept."""
    publish_all_volatile(stream_name, [(key, Reading(payload, as_of))])


def publish_all_volatile(stream_name: str, readings: Sequence[tuple[Key, Reading]]) -> None:
    """The same for many topics of a stream at once."""
    stream, feature = registry.stream(stream_name), registry.feature_of(stream_name)
    publications = [_unnumbered(stream, stream.topic_of(key), reading) for key, reading in readings]
    if publications:
        _tell(stream, feature, publications)


def nudge(feature: Feature, publications: Sequence[Publication]) -> None:
    """Tell the hubs of publications that are committed already."""
    nudges.send(feature.group, publications)


def _tell(stream: Stream, feature: Feature, publications: Sequence[Publication]) -> None:
    with _counting:
        counts.published[stream.name] += len(publications)
    nudges.send(feature.group, publications)


def _require_numbers(stream: Stream) -> None:
    if stream.delivery is Delivery.VOLATILE:
        raise Unnumbered(f"{stream.name}: {Unnumbered.__doc__}")


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(OutsideTransaction.__doc__)


def _addressed(stream: Stream, keys: Sequence[Key]) -> list[tuple[str, Key]]:
    addressed = [(stream.topic_of(key), key) for key in keys]
    return list(dict(addressed).items()) if stream.delivery is Delivery.STATE else addressed


def _numbered(stream: Stream, addressed: Sequence[tuple[str, Key]], taken: dict[str, Numbered]) -> list[Publication]:
    readings = stream.read([key for _, key in addressed])
    left = Counter(topic for topic, _ in addressed)
    publications = []
    for (topic, key), reading in zip(addressed, readings, strict=True):
        if reading is None:
            raise RowIsGone(f"{stream.name} {dict(key)}: {RowIsGone.__doc__}")
        left[topic] -= 1
        publications.append(_publication(stream, topic, taken[topic], taken[topic].top - left[topic], reading))
    return publications


def _publication(stream: Stream, topic: str, line: Numbered, offset: int, reading: Reading) -> Publication:
    frame = Frame(
        type=stream.message,
        data=reading.payload,
        topic=topic,
        epoch=line.epoch,
        offset=offset,
        as_of=reading.as_of,
        correlation_id=correlation.current.get(),
    )
    return Publication(topic, line.epoch, offset, encode_frame(frame))


def _unnumbered(stream: Stream, topic: str, reading: Reading) -> Publication:
    frame = Frame(
        type=stream.message,
        data=reading.payload,
        topic=topic,
        as_of=reading.as_of,
        correlation_id=correlation.current.get(),
    )
    return Publication(topic, "", 0, encode_frame(frame))


def _store(stream: Stream, publications: Sequence[Publication], taken: dict[str, Numbered]) -> None:
    if not publications:
        return
    now = timezone.now()
    if stream.delivery is Delivery.EVENT:
        insert_rows(_TABLE, _STORED, [(taken[p.topic].id, p.offset, p.offset, p.text, now) for p in publications])
        return
    rows = [(taken[p.topic].id, 0, p.offset, p.text, now) for p in publications]
    with connection.cursor() as cursor:
        cursor.execute(_REPLACE.format(rows=rows_select(_STORED)), [rows_text(rows)])
