"""What the operators' console is sent, by REST and on the socket alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from rest_framework import serializers

from cutover.stages import Stage


class ConsoleSession(msgspec.Struct, frozen=True):
    """The session that runs, or the next one (market time)."""

    calendar: str
    date: date
    opens_at: datetime
    closes_at: datetime
    is_open: bool


class ConsoleSquare(msgspec.Struct, frozen=True):
    """What the gate says of one session: `verdict` is pass, fail or inconclusive."""

    session: date
    verdict: str
    why: str


class ConsoleLine(msgspec.Struct, frozen=True):
    """A line of the checklist, with its figure, and what it still misses."""

    name: str
    verdict: str
    figure: str
    missing: str


class ConsoleCaller(msgspec.Struct, frozen=True):
    """A program that called the feature's REST path lately; `credential` says what it came in with."""

    username: str
    agent: str
    credential: str
    calls: int
    last_at: datetime


class ConsoleFeature(msgspec.Struct, frozen=True):
    """A feature's row. `shows`: WS, REST or transitioning. `flag_value`: "", "true" or "false".

    `squares` and `lines` are the gate's, for the step to `next_stage` ("" after the last), which is `ready` or misses `missing`.
    `members`: open dashboards whose user is in the canary. `lag_ms`: within which 99 of 100 messages came in the newest session.
    `frames`: how many were published. `samples` and `sample_mismatches` are what browsers compared: told, not judged.
    """

    feature: str
    stage: str
    percent: int
    cohort: str
    source: str
    flag: str
    flag_value: str
    version: int
    changed_at: datetime | None
    by: str
    reason: str
    held_until: datetime | None
    sunset_at: datetime | None
    shows: str
    rest: str
    every: float
    rest_timer: str
    last_completed_run: datetime | None
    is_fresh: bool
    squares: Sequence[ConsoleSquare]
    lines: Sequence[ConsoleLine]
    ready: bool
    next_stage: str
    missing: Sequence[str]
    sign_offs: Sequence[str]
    members: int
    lag_ms: int | None
    frames: int
    samples: int
    sample_mismatches: int
    callers: Sequence[ConsoleCaller]


class ConsoleProcess(msgspec.Struct, frozen=True):
    """A process that lives; `differs` names the flags whose value it has for itself, "" where it agrees."""

    name: str
    kind: str
    release: str
    seen_at: datetime
    dashboards: int
    differs: str


class ConsoleField(msgspec.Struct, frozen=True):
    """A field that differs, and what each side has there."""

    field: str
    rest: Any
    socket: Any


class ConsoleMismatch(msgspec.Struct, frozen=True):
    """A difference between REST and the socket at one cursor. `source` is probe or browser, `user` whose browser.

    `rule` names the rule that lets it pass, "" where none does; `times`: how often this very difference was seen.
    """

    id: int
    feature: str
    at: datetime
    session: date | None
    outcome: str
    source: str
    user: str
    topic: str
    cursor: str
    rule: str
    times: int
    release: str
    fields: Sequence[ConsoleField]


class ConsoleMove(msgspec.Struct, frozen=True):
    """A recorded move; `forced`: the gate's evidence was not asked for."""

    feature: str
    version: int
    at: datetime
    by: str
    from_stage: str
    to_stage: str
    percent: int
    cohort: str
    reason: str
    forced: bool


class HistoryRow(ConsoleMove, frozen=True):
    """With what the gate said at that moment; {} where it was not asked."""

    evidence: Any


class MismatchDetail(ConsoleMismatch, frozen=True):
    """With both payloads as they came, as JSON text."""

    rest: str
    socket: str


class SignOffRow(msgspec.Struct, frozen=True):
    feature: str
    by: str
    at: datetime
    reason: str


class SamplesAnswer(msgspec.Struct, frozen=True):
    """What each sample's comparison said, in order."""

    outcomes: Sequence[str]


class StepSerializer(serializers.Serializer[Any]):
    """An operator's step: why, and which version he looked at; `to`, `percent`, `cohort` and `sunset_at` where it has them."""

    reason = serializers.CharField(max_length=500)
    expected_version = serializers.IntegerField(min_value=0)
    to = serializers.ChoiceField(choices=list(Stage), required=False)
    percent = serializers.IntegerField(min_value=1, max_value=100, required=False)
    cohort = serializers.CharField(max_length=20, required=False, allow_blank=True)
    sunset_at = serializers.DateTimeField(required=False)
    force = serializers.BooleanField(default=False)


class ConsolePayload(msgspec.Struct, frozen=True):
    """Everything that the console shows, but for who has answered. `at` is wall time; only the probe's mismatches are counted."""

    at: datetime
    overall: str
    dashboards: int
    session: ConsoleSession | None
    features: Sequence[ConsoleFeature]
    processes: Sequence[ConsoleProcess]
    problems: Sequence[str]
    mismatches_open: int
    mismatches_ignored: int
    mismatches: Sequence[ConsoleMismatch]
    moves: Sequence[ConsoleMove]


class AnswersPayload(msgspec.Struct, frozen=True):
    """Who has answered the newest stages, over all processes: `answered` of `dashboards`, after `seconds` of the move.

    `cursor` is that of the topic `stages`; `feature`, `stage` and `moved_at` are the newest move's, "" and None before any.
    `polling`: dashboards without a socket, `polling_answered` those that have read these stages. `members`: by feature in canary.
    """

    cursor: str
    feature: str
    stage: str
    moved_at: datetime | None
    dashboards: int
    answered: int
    seconds: float | None
    polling: int
    polling_answered: int
    members: Mapping[str, int]
