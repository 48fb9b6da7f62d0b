"""The one door out for market data: keys of rows that changed become publications; and messages built by hand, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import structlog
from django.db import transaction

from GlobalMarkets.services.ingest import BarKey, VwapKey
from realtime.features import Delivery, Stream, registry
from realtime.publisher import publish, publish_volatile

log = structlog.get_logger(__name__)
Message = dict[str, Any]


class MessageFault(Exception):
    """A message does not fit its registered payload: the text names the type and the field."""


def broadcast_bars(keys: Sequence[BarKey]) -> None:
    """Publish changed bars, in the transaction that changed them: closed ones as events, open ones as state."""
    closed = [key._asdict() for key in keys if key.closed]
    still_open = [key._asdict() for key in keys if not key.closed]
    if closed:
        publish("bars", closed)
    if still_open:
        publish("bars_open", still_open)


def broadcast_vwaps(keys: Sequence[VwapKey]) -> None:
    """Publish changed averages, in the transaction that changed them."""
    if keys:
        publish("vwap", [key._asdict() for key in keys])


def build_intraday_bar_message(bar: Mapping[str, Any]) -> Message:
    """`{"type": "intraday_bar", "data": …}` from a bar's fields; MessageFault where they do not fit."""
    return build_message("intraday_bar", bar)


def build_vwap_message(vwap: Mapping[str, Any]) -> Message:
    """`{"type": "vwap_update", "data": …}` from an average's fields; MessageFault where they do not fit."""
    return build_message("vwap_update", vwap)


def build_message(message: str, fields: Mapping[str, Any]) -> Message:
    """A message of a registered type, its data checked against the type's payload."""
    payload = streams_of(message)[0].payload
    try:
        checked = msgspec.convert(dict(fields), payload)
    except msgspec.ValidationError as fault:
        raise MessageFault(f"{message}: {fault}") from None
    return {"type": message, "data": msgspec.to_builtins(checked, builtin_types=(Decimal, datetime))}


def broadcast_to_websocket_sync(channel_layer: object, message: Mapping[str, Any]) -> bool:
    """Publish the stored row that a message means; whether that was done. Never raises.

    The row decides what is sent, so what is not stored is not sent. The layer is the publisher's own, not `channel_layer`.
    """
    try:
        stream = stream_of(message)
        with transaction.atomic():
            _publish(stream, message["data"])
    except Exception as fault:  # noqa: BLE001 - broadcasting may not break its caller, whatever was wrong
        log.warning("broadcast.refused", type=str(message.get("type")), fault=str(fault))
        return False
    return True


def _publish(stream: Stream, data: Mapping[str, Any]) -> None:
    if stream.delivery is Delivery.VOLATILE:
        payload = msgspec.convert(dict(data), stream.payload)
        publish_volatile(stream.name, data, payload, as_of=data["timestamp"])
        return
    publish(stream.name, [{**data, "minute": data["timestamp_minute"]} if "timestamp_minute" in data else data])


def stream_of(message: Mapping[str, Any]) -> Stream:
    """The stream that carries a message; of two (closed bars, the open one) the one for what is `closed`, or for what is not."""
    kind = Delivery.EVENT if message["data"].get("closed") else Delivery.STATE
    streams = streams_of(message["type"])
    return next((stream for stream in streams if stream.delivery is kind), streams[0])


def streams_of(message: str) -> list[Stream]:
    """The registered streams of a message type; MessageFault where there is none."""
    found = [stream for feature in registry for stream in feature.streams if stream.message == message]
    if not found:
        raise MessageFault(f"no feature has messages of type {message!r}")
    return found
