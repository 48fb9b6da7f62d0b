"""Numbers publications in the change's own transaction: the topics' rows are locked, so commit order is offset order."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection

ROWS_A_STATEMENT = 1000
T = TypeVar("T")

_UPSERT = """
INSERT INTO realtime_topic (name, epoch, top) VALUES {rows}
ON CONFLICT (name) DO UPDATE SET top = realtime_topic.top + excluded.top
RETURNING id, name, epoch, top
"""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A topic after its line was moved on: `top` is the last of the offsets that were taken."""

    id: int
    epoch: str
    top: int


def take_offsets(counts: Mapping[str, int]) -> dict[str, Numbered]:
    """Move each topic on by its count and lock it until the transaction ends; in the names' order, so that none deadlock."""
    epoch = secrets.token_hex(4)
    taken: dict[str, Numbered] = {}
    for names in batches(sorted(counts), ROWS_A_STATEMENT):
        values = [value for name in names for value in (name, epoch, counts[name])]
        statement = _UPSERT.format(rows=", ".join(["(%s, %s, %s)"] * len(names)))
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            taken.update((name, Numbered(id_, epoch_, top)) for id_, name, epoch_, top in cursor.fetchall())
    return taken


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
