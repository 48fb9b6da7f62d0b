"""Declares the feature global_market: each venue's status as a topic of its own; and sends it out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from cutover.plans import plan
from GlobalMarkets.models import MarketStatus
from GlobalMarkets.selectors.markets import market_status_of, market_statuses
from GlobalMarkets.serializers.markets import MarketStatusPayload, market_status_payload
from GlobalMarkets.services.market_status import instants_due, record_market_status
from realtime.features import Delivery, Feature, Key, Params, Reading, Stream, register
from realtime.publisher import publish


def market_reading(row: MarketStatus) -> Reading:
    """A recorded status as it is published and shown."""
    return Reading(market_status_payload(row), row.as_of)


def read_markets(keys: Sequence[Key]) -> list[Reading | None]:
    """The recorded status of each key's `mic`; None where none was recorded."""
    found = market_status_of([key["mic"] for key in keys])
    return [market_reading(found[key["mic"]]) if key["mic"] in found else None for key in keys]


def market_topics(user: Any) -> list[str]:
    return [MARKETS.topic_of({"mic": row.venue.mic}) for row in market_statuses()]


def is_signed_in(user: Any, params: Params) -> bool:
    """Who is open is for everybody who is signed in."""
    return bool(user.is_authenticated)


def broadcast_market_status(mics: Sequence[str]) -> None:
    """Publish recorded statuses, in the transaction that recorded them."""
    publish("markets", [{"mic": mic} for mic in mics])


def tell_market_status(at: datetime) -> None:
    """Record and publish every venue's status at `at` (market time), and first at each change that was passed on the way."""
    with transaction.atomic():
        for instant, mics in instants_due(at):
            broadcast_market_status(record_market_status(instant, mics))


MARKETS = Stream(
    name="markets",
    message="market_status",
    topic="markets.{mic}",
    delivery=Delivery.STATE,
    payload=MarketStatusPayload,
    read=read_markets,
)
GLOBAL_MARKET = register(
    Feature("global_market", streams=[MARKETS], may_subscribe=is_signed_in, topics_for=market_topics)
)
plan(GLOBAL_MARKET, flag="WS_FEATURE_GLOBAL_MARKET", rest="/api/markets/status/", calendar="XNYS", every=10)
