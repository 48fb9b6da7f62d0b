"""The payloads of quotes and of the last 24 hours."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from GlobalMarkets.feeds.port import Quote
from GlobalMarkets.models import TwentyFourHours
from GlobalMarkets.serializers.bars import shown_price


class QuoteTickPayload(msgspec.Struct, frozen=True):
    """The last price with the best bid and ask around it; `volume` was traded since the tick before."""

    country: str
    symbol: str
    price: Decimal
    volume: int
    bid: Decimal
    ask: Decimal
    spread: Decimal
    timestamp: datetime


class TwentyFourHourPayload(msgspec.Struct, frozen=True):
    """The 24 hours before `timestamp`, the end of the newest closed bar."""

    country: str
    symbol: str
    open_price: Decimal
    high_24h: Decimal
    low_24h: Decimal
    volume_24h: int
    timestamp: datetime


def quote_payload(quote: Quote) -> QuoteTickPayload:
    return QuoteTickPayload(
        country=quote.country,
        symbol=quote.symbol,
        price=shown_price(quote.price),
        volume=quote.volume,
        bid=shown_price(quote.bid),
        ask=shown_price(quote.ask),
        spread=shown_price(quote.ask - quote.bid),
        timestamp=quote.at.astimezone(UTC),
    )


def day_payload(row: TwentyFourHours) -> TwentyFourHourPayload:
    return TwentyFourHourPayload(
        country=row.country,
        symbol=row.symbol,
        open_price=shown_price(row.open_price),
        high_24h=shown_price(row.high),
        low_24h=shown_price(row.low),
        volume_24h=row.volume,
        timestamp=row.as_of.astimezone(UTC),
    )
