"""The payloads of bars and averages, made from stored rows only."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from GlobalMarkets.models import Bar, StoredBar, Vwap

SHOWN = (Decimal("0.01"), Decimal("0.001"), Decimal("0.0001"))


class IntradayBarPayload(msgspec.Struct, frozen=True):
    """One minute of a symbol, as REST and the socket show it."""

    country: str
    symbol: str
    timestamp_minute: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    closed: bool


class VwapUpdatePayload(msgspec.Struct, frozen=True):
    """The session's volume-weighted average price, as of the last closed minute."""

    country: str
    symbol: str
    vwap: Decimal
    volume: int
    timestamp: datetime


def bar_payload(bar: Bar | StoredBar) -> IntradayBarPayload:
    """The payload of a stored bar."""
    return IntradayBarPayload(
        country=bar.country,
        symbol=bar.symbol,
        timestamp_minute=bar.minute.astimezone(UTC),
        open=shown_price(bar.open),
        high=shown_price(bar.high),
        low=shown_price(bar.low),
        close=shown_price(bar.close),
        volume=bar.volume,
        closed=bar.closed,
    )


def vwap_payload(vwap: Vwap) -> VwapUpdatePayload:
    """The payload of a stored average."""
    return VwapUpdatePayload(
        country=vwap.country,
        symbol=vwap.symbol,
        vwap=shown_price(vwap.vwap),
        volume=vwap.volume,
        timestamp=vwap.as_of.astimezone(UTC),
    )


def shown_price(price: Decimal) -> Decimal:
    """A price with 2 to 4 decimals: zeros beyond the second are left out."""
    for unit in SHOWN:
        shown = price.quantize(unit)
        if shown == price:
            return shown
    return price
