"""Declares the feature ticker: each listing's quotes and last 24 hours as topics; and sends them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from GlobalMarkets.feeds.port import Quote
from GlobalMarkets.models import TwentyFourHours
from GlobalMarkets.selectors.bars import watched
from GlobalMarkets.selectors.day import twenty_four_hours
from GlobalMarkets.serializers.ticker import QuoteTickPayload, TwentyFourHourPayload, day_payload, quote_payload
from GlobalMarkets.services.day import DayKey
from GlobalMarkets.services.websocket_features import MOST_WATCHED, is_signed_in, listing_of
from realtime.features import Delivery, Feature, Key, Reading, Stream, register
from realtime.publisher import publish, publish_all_volatile


def broadcast_quotes(quotes: Sequence[Quote]) -> None:
    """Send the newest quotes to whoever listens now."""
    publish_all_volatile("quotes", [(quote.listing._asdict(), quote_reading(quote)) for quote in quotes])


def broadcast_days(keys: Sequence[DayKey]) -> None:
    """Publish what was recorded, in the transaction that recorded it."""
    publish("twenty_four_hour", [key._asdict() for key in keys])


def quote_reading(quote: Quote) -> Reading:
    return Reading(quote_payload(quote), quote.at)


def day_reading(row: TwentyFourHours) -> Reading:
    return Reading(day_payload(row), row.as_of)


def read_quotes(keys: Sequence[Key]) -> list[Reading | None]:
    """None of a quote is kept: a new subscriber waits for the next."""
    return [None for _ in keys]


def read_days(keys: Sequence[Key]) -> list[Reading | None]:
    """The last 24 hours of each key's listing, as recorded."""
    listings = [listing_of(key) for key in keys]
    found = twenty_four_hours(listings)
    return [day_reading(found[listing]) if listing in found else None for listing in listings]


def watched_topics(user: Any) -> list[str]:
    """Of the watchlist's first symbols, as for their bars."""
    return [stream.topic_of(listing._asdict()) for listing in watched()[:MOST_WATCHED] for stream in (QUOTES, DAY)]


QUOTES = Stream(
    "quotes",
    message="quote_tick",
    topic="quotes.{country}.{symbol}",
    delivery=Delivery.VOLATILE,
    payload=QuoteTickPayload,
    read=read_quotes,
)
DAY = Stream(
    "twenty_four_hour",
    message="twenty_four_hour",
    topic="day.{country}.{symbol}",
    delivery=Delivery.STATE,
    payload=TwentyFourHourPayload,
    read=read_days,
)
TICKER = register(Feature("ticker", streams=(QUOTES, DAY), may_subscribe=is_signed_in, topics_for=watched_topics))
