"""Compares what REST shows of a topic with what the socket brought, at REST's own cursor; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from cutover import parity
from cutover.parity import Comparison, Outcome
from cutover.plans import Rule
from cutover.probe.answers import Shown
from cutover.probe.folding import MOST_ROWS, Folded, Row
from realtime.contract import NOTHING_YET, Cursor

CLOCKS = frozenset({"timestamp"})
"""Fields that alone make no other state."""
MOST_TEXT = 20_000
"""A longer text is cut down to the rows that differ."""


@dataclass(frozen=True, slots=True)
class Wait:
    """What REST showed before the socket brought it: is it to come, or will it never? `since`: when REST was asked."""

    shown: Shown
    since: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A comparison and what it was of. `as_of` is the socket's, None where it has none; `state`: a digest of what is equal."""

    comparison: Comparison
    cursor: Cursor
    as_of: datetime | None = None
    state: str = ""
    rest: str = ""
    socket: str = ""

    @property
    def outcome(self) -> Outcome:
        return self.comparison.outcome


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms is compared: the plan's rules, how long something may take to arrive (seconds), and what time it is."""

    rules: Sequence[Rule]
    patience: float
    now: float


def verdict_on(folded: Folded, shown: Shown, asked_at: float, terms: Terms) -> Verdict | Wait:
    """The verdict, or what is still waited for."""
    place = _place(folded, shown.cursor, asked_at, terms)
    if place is None:
        return Wait(shown, asked_at)
    if place is not Outcome.MATCH:
        return _without_comparing(place, folded, shown)
    rows = folded.at(shown.cursor)
    if rows is None:
        return _without_comparing(Outcome.NOT_COMPARABLE, folded, shown)
    if not rows:
        return _without_comparing(Outcome.MISSING_SOCKET, folded, shown)
    return _compared(rows, shown, terms.rules, folded.counts_each)


def _place(folded: Folded, cursor: Cursor, asked_at: float, terms: Terms) -> Outcome | None:
    """MATCH: both stand there, the payloads decide. None: it may still come."""
    if folded.cursor is None or not folded.is_complete:
        return Outcome.NOT_COMPARABLE
    if cursor.epoch != folded.cursor.epoch and folded.cursor != NOTHING_YET:
        return Outcome.NOT_COMPARABLE
    if cursor.offset > folded.cursor.offset:
        return None if terms.now - asked_at <= terms.patience else Outcome.MISSING_SOCKET
    overtaken_at = folded.came_after(cursor.offset)
    is_stale = overtaken_at is not None and asked_at - overtaken_at > terms.patience
    return Outcome.STALE if is_stale else Outcome.MATCH


def _without_comparing(outcome: Outcome, folded: Folded, shown: Shown) -> Verdict:
    newest = folded.newest
    return Verdict(
        Comparison(outcome),
        shown.cursor,
        None if newest is None else newest.as_of,
        rest=_text(shown.payloads),
        socket="" if newest is None else newest.text.decode(),
    )


def missing_in_rest(folded: Folded) -> Verdict | None:
    """REST shows nothing of a topic of which the socket brought something; None where it brought nothing."""
    newest = folded.newest
    if newest is None or folded.cursor is None or not folded.is_complete:
        return None
    return Verdict(Comparison(Outcome.MISSING_REST), folded.cursor, newest.as_of, socket=newest.text.decode())


def _compared(rows: Sequence[Row], shown: Shown, rules: Sequence[Rule], has_many: bool) -> Verdict:
    newest = shown.payloads[-MOST_ROWS:]
    brought = [parity.decoded(row.text) for row in rows[-len(newest) :]]
    sides = (newest, brought) if has_many else (newest[-1], brought[-1])
    comparison = parity.compare(sides[0], sides[1], rules)
    if comparison.outcome is Outcome.MATCH:
        return Verdict(comparison, shown.cursor, rows[-1].as_of, state=digest_of(brought[-1]))
    rest, socket = (_excerpt(side, comparison) for side in sides)
    return Verdict(comparison, shown.cursor, rows[-1].as_of, rest=rest, socket=socket)


def _excerpt(side: Any, comparison: Comparison) -> str:
    """The payload as JSON; of many rows, where they are too many, those that differ."""
    text = _text(side)
    if len(text) <= MOST_TEXT or not isinstance(side, list):
        return text
    named = parity.named(side, parity.identity_of(side))
    kept = [row for name, row in named.items() if any(d.field.startswith(f"[{name}]") for d in comparison.fields)]
    return _text(kept)


def _text(value: Any) -> str:
    return _encoder.encode(value).decode()


_encoder = msgspec.json.Encoder(decimal_format="number")
_canonical = msgspec.json.Encoder(decimal_format="number", order="sorted")


def digest_of(payload: Any) -> str:
    """What tells a state from another, but for the clock in it."""
    told = {k: v for k, v in payload.items() if k not in CLOCKS} if isinstance(payload, Mapping) else payload
    return hashlib.sha256(_canonical.encode(told)).hexdigest()[:16]
