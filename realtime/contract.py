"""The frames both ways: what a client may say, what it is told, and how both are written; no Django, no asyncio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec

from realtime.codes import ErrorCode

PROTOCOL = 1
MAX_TOPICS_A_FRAME = 1000
TopicName = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ContractError(Exception):
    """Something that travels does not follow docs/protocol.md; the message says what."""


class BadCursor(ContractError):
    """A cursor is written `epoch:offset`."""


class BadFrame(ContractError):
    """Send one JSON object with a known `type` and the fields that docs/protocol.md gives for it."""


class Cursor(msgspec.Struct, frozen=True):
    """A place in a topic's line: which life of the line, and how many publications into it."""

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Cursor:
        epoch, colon, offset = text.partition(":")
        if not colon or not (offset.isascii() and offset.isdecimal()) or len(offset) > 18:
            raise BadCursor(f"{text[:60]!r} is not a cursor: it is written epoch:offset")
        return cls(epoch, int(offset))


NOTHING_YET = Cursor("", 0)
"""The cursor of a topic that nobody has published to."""


class Publication(msgspec.Struct, frozen=True):
    """A numbered message, with the frame's text as every client gets it. Unnumbered (VOLATILE): offset 0."""

    topic: str
    epoch: str
    offset: int
    text: str

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.epoch, self.offset)


class Frame(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the server sends: `type` and `data`, and where they stand in their topic."""

    type: str
    data: Any
    topic: str = ""
    epoch: str = ""
    offset: int = 0
    as_of: datetime | None = None
    snapshot: bool = False
    correlation_id: str = ""


# What the server says beside the topics.


class FeatureRow(msgspec.Struct, frozen=True):
    name: str
    every: float
    rest: str


class StageRow(msgspec.Struct, frozen=True):
    """`cohort`: whom a canary is limited to. `by` and `reason`: of the last move. `held_until`: the watch keeps it back."""

    feature: str
    stage: str
    percent: int
    source: str
    version: int
    changed_at: datetime | None
    cohort: str = ""
    by: str = ""
    reason: str = ""
    held_until: datetime | None = None


class StagesPayload(msgspec.Struct, frozen=True):
    stages: Sequence[StageRow]
    timestamp: datetime


class WelcomePayload(msgspec.Struct, frozen=True):
    protocol: int
    server_time: datetime
    user: str
    topics: Sequence[str]
    stages: Sequence[StageRow] = ()
    buckets: Mapping[str, float] = {}
    cohorts: Sequence[str] = ()
    features: Sequence[FeatureRow] = ()


class SubscribedPayload(msgspec.Struct, frozen=True):
    topic: str
    epoch: str
    offset: int
    recovered: bool
    rows: int


class UnsubscribedPayload(msgspec.Struct, frozen=True):
    topic: str


class ResetPayload(msgspec.Struct, frozen=True):
    topic: str
    epoch: str
    offset: int
    reason: str


class PongPayload(msgspec.Struct, frozen=True):
    timestamp: Any
    server_time: datetime


class ErrorMessagePayload(msgspec.Struct, frozen=True):
    message: str
    error_code: str
    timestamp: datetime


CONTROL: dict[str, type[msgspec.Struct]] = {
    "welcome": WelcomePayload,
    "subscribed": SubscribedPayload,
    "unsubscribed": UnsubscribedPayload,
    "reset": ResetPayload,
    "pong": PongPayload,
    "error_message": ErrorMessagePayload,
}


# What a client says.


class TopicAt(msgspec.Struct, frozen=True):
    topic: TopicName
    cursor: str | None = None


class Subscribe(msgspec.Struct, tag="subscribe", frozen=True):
    topics: Annotated[Sequence[TopicName | TopicAt], msgspec.Meta(max_length=MAX_TOPICS_A_FRAME)]


class Unsubscribe(msgspec.Struct, tag="unsubscribe", frozen=True):
    topics: Annotated[Sequence[TopicName], msgspec.Meta(max_length=MAX_TOPICS_A_FRAME)]


class Ping(msgspec.Struct, tag="ping", frozen=True):
    timestamp: Any = None


class StagesAck(msgspec.Struct, tag="stages_ack", frozen=True):
    cursor: str


ClientFrame = Subscribe | Unsubscribe | Ping | StagesAck

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)


def encode(value: Any) -> bytes:
    """JSON with Decimals as numbers, digit for digit, and times in UTC with `Z`."""
    return _encoder.encode(value)


def encode_frame(frame: Frame) -> str:
    return _encoder.encode(frame).decode()


def control(type_: str, payload: msgspec.Struct, topic: str = "") -> str:
    """A frame beside the topics; `type_` is a key of CONTROL."""
    return encode_frame(Frame(type=type_, data=payload, topic=topic))


def error(code: ErrorCode, message: str, now: datetime, topic: str = "") -> str:
    return control("error_message", ErrorMessagePayload(message, code.value, now), topic)


def pong(ping: Ping, now: datetime) -> str:
    """The answer to a ping; BadFrame where its timestamp is nested too deeply to be given back."""
    try:
        return control("pong", PongPayload(ping.timestamp, now))
    except RecursionError as fault:
        raise BadFrame(str(fault)) from None


def parse(text: str | bytes) -> ClientFrame:
    """A client's frame, or BadFrame with the reason."""
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise BadFrame(str(fault) or type(fault).__name__) from None
