"""An operator's steps as REST takes them: from a checked body to the service, and back to a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cutover import services
from cutover.console import lines_of, move_row
from cutover.serializers import ConsoleLine, ConsoleMove, SignOffRow
from cutover.services import Decision, GateRefused
from cutover.stages import CutoverError, Stage

Wish = Mapping[str, Any]


def advance(feature: str, decision: Decision, wish: Wish) -> ConsoleMove:
    to = wish.get("to")
    move = services.advance(
        feature,
        decision,
        wish.get("percent"),
        Stage(to) if to else None,
        cohort=wish.get("cohort") or None,
        sunset_at=wish.get("sunset_at"),
        expected_version=wish["expected_version"],
    )
    return move_row(move)


def rollback(feature: str, decision: Decision, wish: Wish) -> ConsoleMove:
    return move_row(services.rollback(feature, decision, expected_version=wish["expected_version"]))


def canary(feature: str, decision: Decision, wish: Wish) -> ConsoleMove:
    given = wish.get("percent"), wish.get("cohort"), wish["expected_version"]
    return move_row(services.canary(feature, decision, *given))


def sign_off(feature: str, decision: Decision, wish: Wish) -> SignOffRow:
    given = services.sign_off(feature, decision, wish["expected_version"])
    return SignOffRow(given.feature, given.by, given.at, given.reason)


STEPS: dict[str, Callable[[str, Decision, Wish], ConsoleMove | SignOffRow]] = {
    "advance": advance,
    "rollback": rollback,
    "canary": canary,
    "sign-off": sign_off,
}


def take(step: str, feature: str, by: str, wish: Wish, at: datetime) -> ConsoleMove | SignOffRow:
    """CutoverError says what is allowed instead."""
    return STEPS[step](feature, Decision(by, wish["reason"], at, wish["force"]), wish)


def lacking(refusal: CutoverError) -> list[ConsoleLine] | None:
    """The gate's lines, where it was the gate that refused."""
    return lines_of(refusal.judgement.lines) if isinstance(refusal, GateRefused) else None
