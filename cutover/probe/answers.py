"""What REST answered to one read: by topic the cursor and the payloads, as one text each; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from cutover import parity
from realtime.contract import BadCursor, Cursor

BESIDE = ("topic", "cursor")
"""What a list's item has beside the payload."""


class UnreadableAnswer(ValueError):
    """REST's answer is none that docs/protocol.md describes; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`etag`, `as_of` and `body` as they came; `asked_at`: when it was asked (seconds on a wall clock)."""

    status: int
    etag: str
    as_of: datetime | None
    body: bytes
    asked_at: float


@dataclass(frozen=True, slots=True)
class Shown:
    """What REST shows of one topic: its payloads (decoded), oldest first, at a cursor."""

    cursor: Cursor
    payloads: Sequence[Any]


def shown_of(answer: Answer, topics: Sequence[str]) -> Mapping[str, Shown]:
    """By topic what an answer shows. Of a list only the topics that have items; an answer of its own shows its one topic."""
    if answer.status == 204:
        return {}
    body = _body(answer.body)
    if isinstance(body, dict) and "items" in body and "next" in body:
        return _items(body["items"])
    if len(topics) != 1:
        raise UnreadableAnswer(f"one payload for {len(topics)} topics")
    return {topics[0]: Shown(_cursor(answer.etag.removeprefix("W/").strip('"')), [body])}


def _body(text: bytes) -> Any:
    try:
        return parity.decoded(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise UnreadableAnswer(f"no JSON: {fault}") from None


def _items(items: Any) -> dict[str, Shown]:
    found: dict[str, tuple[Cursor, list[Any]]] = {}
    for item in items if isinstance(items, list) else [items]:
        if not (isinstance(item, dict) and all(isinstance(item.get(name), str) for name in BESIDE)):
            raise UnreadableAnswer("an item without topic and cursor")
        _, payloads = found.setdefault(item["topic"], (_cursor(item["cursor"]), []))
        payloads.append({name: value for name, value in item.items() if name not in BESIDE})
    return {topic: Shown(cursor, payloads) for topic, (cursor, payloads) in found.items()}


def _cursor(text: str) -> Cursor:
    try:
        return Cursor.parse(text)
    except BadCursor as fault:
        raise UnreadableAnswer(str(fault)) from None


def contradict(one: Answer, other: Answer) -> bool | None:
    """Whether two reads at one version differ; None where they are not of one version."""
    if one.etag != other.etag or not one.etag or one.status != other.status:
        return None
    if one.body == other.body:
        return False
    return parity.compare(_body(one.body), _body(other.body)).outcome is not parity.Outcome.MATCH
