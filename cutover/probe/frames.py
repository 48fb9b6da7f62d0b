"""A frame as the probe reads it, and whether its payload is what was declared; pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from realtime.contract import Cursor, ResetPayload, SubscribedPayload, UnsubscribedPayload
from realtime.features import Match


class Seen(msgspec.Struct, frozen=True):
    """What of a frame is read at once; `data` stays as it came (JSON text)."""

    type: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    topic: str = ""
    epoch: str = ""
    offset: int = 0
    as_of: datetime | None = None
    snapshot: bool = False

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.epoch, self.offset)


class NotAFrame(ValueError):
    """What came is no JSON object with a `type`."""


_decode = msgspec.json.Decoder(Seen).decode
subscribed_of = msgspec.json.Decoder(SubscribedPayload).decode
unsubscribed_of = msgspec.json.Decoder(UnsubscribedPayload).decode
reset_of = msgspec.json.Decoder(ResetPayload).decode


def parsed(text: str | bytes) -> Seen:
    """A frame; NotAFrame with the reason."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as fault:
        raise NotAFrame(str(fault)) from None


@cache
def _payload(shape: type[msgspec.Struct]) -> Callable[[bytes | msgspec.Raw], Any]:
    return msgspec.json.Decoder(shape).decode


def fault_of(frame: Seen, match: Match) -> str:
    """What is wrong with a topic's frame: its type, a field that is missing or of another type; empty where nothing is."""
    if frame.type != match.stream.message:
        return f"type {frame.type!r}, not {match.stream.message!r}"
    if frame.as_of is None or frame.as_of.tzinfo is None:
        return "as_of is missing"
    try:
        _payload(match.stream.payload)(frame.data)
    except msgspec.DecodeError as fault:
        return str(fault)
    return ""
