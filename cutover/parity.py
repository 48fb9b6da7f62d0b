"""Compares what REST shows with what the socket brought, field by field; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from fnmatch import fnmatchcase
from typing import Any, Protocol

import msgspec

MOST_DIFFERENCES = 50
"""So many fields of one comparison are named; more need not be read."""
IDENTITIES = ("symbol", "timestamp_minute", "mic", "topic", "feature", "id")
"""What tells the rows of a list apart, the first of these that does; else their place."""


class Outcome(StrEnum):
    """What a comparison says. A difference that a rule lets pass is IGNORED, which is no MATCH."""

    MATCH = "match"
    MISMATCH = "mismatch"
    IGNORED = "ignored"
    MISSING_REST = "missing_rest"
    MISSING_SOCKET = "missing_socket"
    STALE = "stale"
    NOT_COMPARABLE = "not_comparable"


class Rule(Protocol):
    """A difference that is let pass: the fields whose path fits the pattern (`cutover.plans.Rule`)."""

    @property
    def name(self) -> str: ...

    @property
    def fields(self) -> str: ...


class Missing(Enum):
    """Stands for a value that one side does not have; in JSON its own value, for people to read."""

    MISSING = "(missing)"


MISSING = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Difference:
    """A field's path, such as `positions[AAPL].pnl`, and its values; MISSING where a side has none."""

    field: str
    rest: Any
    socket: Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """`fields`: of a mismatch those that no rule lets pass. `rule`: the names of the rules, where they let all of them pass."""

    outcome: Outcome
    fields: tuple[Difference, ...] = ()
    rule: str = ""


_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def decoded(text: bytes | str) -> Any:
    """JSON with its figures digit for digit; msgspec.DecodeError where it is none."""
    return _decode(text)


def compare(rest: Any, socket: Any, rules: Sequence[Rule] = ()) -> Comparison:
    """Two decoded payloads of one version. Numbers are equal by value, rows by what identifies them."""
    found = list(_differences("", rest, socket))
    if not found:
        return Comparison(Outcome.MATCH)
    passing = [_rule_for(difference.field, rules) for difference in found]
    faults = [difference for difference, rule in zip(found, passing, strict=True) if rule is None]
    if faults:
        return Comparison(Outcome.MISMATCH, tuple(faults[:MOST_DIFFERENCES]))
    names = dict.fromkeys(rule.name for rule in passing if rule is not None)
    return Comparison(Outcome.IGNORED, tuple(found[:MOST_DIFFERENCES]), ", ".join(names))


def _rule_for(field: str, rules: Sequence[Rule]) -> Rule | None:
    return next((rule for rule in rules if fnmatchcase(_plain(field), _plain(rule.fields))), None)


def _plain(path: str) -> str:
    """Brackets stand for themselves in a path, where `fnmatch` would take them for a set of letters."""
    return path.replace("[", "(").replace("]", ")")


def _differences(path: str, rest: Any, socket: Any) -> Iterator[Difference]:
    if isinstance(rest, dict) and isinstance(socket, dict):
        yield from _of_fields(path, rest, socket, f"{path}." if path else "")
    elif isinstance(rest, list) and isinstance(socket, list):
        yield from _of_rows(path, rest, socket)
    elif not _equal(rest, socket):
        yield Difference(path, rest, socket)


def _of_fields(
    path: str, rest: Mapping[str, Any], socket: Mapping[str, Any], before: str, after: str = ""
) -> Iterator[Difference]:
    for name in dict.fromkeys([*rest, *socket]):
        yield from _differences(f"{before}{name}{after}", rest.get(name, MISSING), socket.get(name, MISSING))


def _of_rows(path: str, rest: list[Any], socket: list[Any]) -> Iterator[Difference]:
    identity = identity_of(rest, socket)
    yield from _of_fields(path, named(rest, identity), named(socket, identity), f"{path}[", "]")


def identity_of(*lists: Sequence[Any]) -> str:
    """The field by which the rows of each list are told apart; empty where only their places do."""
    return next((name for name in IDENTITIES if all(_tells_apart(rows, name) for rows in lists)), "")


def _tells_apart(rows: Sequence[Any], name: str) -> bool:
    if not all(isinstance(row, dict) and isinstance(row.get(name), str | int) for row in rows):
        return False
    return len({str(row[name]) for row in rows}) == len(rows)


def named(rows: Sequence[Any], identity: str) -> dict[str, Any]:
    """Rows by what identifies them (`identity_of`)."""
    return {str(row[identity]) if identity else str(place): row for place, row in enumerate(rows)}


def _equal(rest: Any, socket: Any) -> bool:
    """By value; a truth value is no number."""
    return isinstance(rest, bool) == isinstance(socket, bool) and bool(rest == socket)
