"""Frames as a server writes them, and the features that they are of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from cutover.probe.frames import Seen, parsed
from cutover.probe.tally import Place
from cutover.sessions import Session
from realtime.contract import Frame, SubscribedPayload, control, encode_frame
from realtime.features import Delivery, Feature, Match, Reading, Stream

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SESSION = Session("XNYS", date(2026, 11, 20), OPEN, datetime(2026, 11, 20, 21, 0, tzinfo=UTC))
BEFORE = Session("XNYS", date(2026, 11, 19), OPEN - timedelta(days=1), datetime(2026, 11, 19, 21, 0, tzinfo=UTC))
IN_SESSION, AT_NIGHT = Place(SESSION, True), Place(SESSION, False)


class BondPayload(msgspec.Struct, frozen=True):
    isin: str
    price: Decimal


def make_match(delivery: Delivery = Delivery.STATE, isin: str = "X", name: str = "bonds") -> Match:
    stream = Stream(name, name, f"{name}.{{isin}}", delivery, BondPayload, lambda keys: [None] * len(keys))
    feature = Feature(name, streams=[stream], may_subscribe=lambda *_: True, topics_for=lambda _: [f"{name}.X"])
    return Match(feature, stream, {"isin": isin})


def make_reading(price: str = "1.5") -> Reading:
    return Reading(BondPayload("X", Decimal(price)), NOON)


def text(offset: int, price: str = "1.5", **differing: Any) -> str:
    """A frame of the topic bonds.X, a minute of the market to an offset."""
    fields: dict[str, Any] = {
        "type": "bonds",
        "data": {"isin": "X", "price": Decimal(price)},
        "topic": "bonds.X",
        "epoch": "e",
        "offset": offset,
        "as_of": NOON + timedelta(minutes=offset),
    }
    return encode_frame(Frame(**(fields | differing)))


def frame(offset: int, price: str = "1.5", **differing: Any) -> Seen:
    return parsed(text(offset, price, **differing))


def subscribed(offset: int, rows: int, epoch: str = "e", recovered: bool = False) -> str:
    return control("subscribed", SubscribedPayload("bonds.X", epoch, offset, recovered, rows))


def told(offset: int, rows: int = 1, epoch: str = "e", recovered: bool = False) -> SubscribedPayload:
    return SubscribedPayload("bonds.X", epoch, offset, recovered, rows)


def prices(rows: Sequence[Any]) -> list[str]:
    return [str(msgspec.json.decode(row.text)["price"]) for row in rows]
