"""Numbers publications in the change's own transaction: the topics' rows are locked, so commit order is offset order."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from django.db import connection

from bulk.rows import rows_select, rows_text

T = TypeVar("T")

_COLUMNS = {"name": "text", "epoch": "text", "top": "bigint"}
_UPSERT = """
INSERT INTO realtime_topic (name, epoch, top) {rows}
ON CONFLICT (name) DO UPDATE SET top = realtime_topic.top + excluded.top
RETURNING id, name, epoch, top
"""


class Numbered(NamedTuple):
    """A topic after its line was moved on: `top` is the last of the offsets that were taken."""

    id: int
    epoch: str
    top: int


def take_offsets(counts: Mapping[str, int]) -> dict[str, Numbered]:
    """Move each topic on by its count and lock it until the transaction ends; in the names' order, so that none deadlock."""
    if not counts:
        return {}
    epoch = secrets.token_hex(4)
    rows = [(name, epoch, counts[name]) for name in sorted(counts)]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT.format(rows=rows_select(_COLUMNS)), [rows_text(rows)])
        return {name: Numbered(id_, epoch_, top) for id_, name, epoch_, top in cursor.fetchall()}


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
