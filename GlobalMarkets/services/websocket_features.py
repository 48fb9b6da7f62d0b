"""Declares market data's features: their streams, and how each stream's payloads are read from stored rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cutover.plans import Needs, plan, plans
from cutover.selectors import is_websocket
from GlobalMarkets.feeds.port import Listing
from GlobalMarkets.models import Bar, StoredBar, Vwap
from GlobalMarkets.selectors import bars as selectors
from GlobalMarkets.serializers.bars import IntradayBarPayload, VwapUpdatePayload, bar_payload, vwap_payload
from realtime.features import Delivery, Feature, Key, Params, Reading, Stream, register

MOST_WATCHED = 100
"""Symbols of the watchlist that a dashboard is subscribed to by itself: a recording of options has thousands."""


def bar_reading(bar: Bar | StoredBar) -> Reading:
    """A stored bar as it is published and shown."""
    return Reading(bar_payload(bar), bar.as_of)


def vwap_reading(vwap: Vwap) -> Reading:
    """A stored average as it is published and shown."""
    return Reading(vwap_payload(vwap), vwap.as_of)


def read_bars(keys: Sequence[Key]) -> list[Reading | None]:
    """The closed bars at the keys' `minute`; a topic without a minute means its newest closed bar."""
    places = [(listing_of(key), key["minute"]) if "minute" in key else None for key in keys]
    found = selectors.closed_bars([place for place in places if place is not None])
    return [
        _newest(key) if place is None else _bar_at(found.get(place)) for key, place in zip(keys, places, strict=True)
    ]


def _bar_at(bar: StoredBar | None) -> Reading | None:
    return bar_reading(bar) if bar is not None else None


def _newest(key: Key) -> Reading | None:
    rows = selectors.bars_of_range(selectors.BarRange(listing_of(key), limit=1))
    return bar_reading(rows[0]) if rows else None


def newest_bars(params: Params) -> list[Reading]:
    """The newest closed bars of one listing, ascending."""
    return [bar_reading(bar) for bar in selectors.bars_of_range(selectors.BarRange(listing_of(params)))]


def read_open_bars(keys: Sequence[Key]) -> list[Reading | None]:
    """The open bar of each key's listing."""
    listings = [listing_of(key) for key in keys]
    found = selectors.open_bars(listings)
    return [bar_reading(found[listing]) if listing in found else None for listing in listings]


def read_vwaps(keys: Sequence[Key]) -> list[Reading | None]:
    """The newest session's average of each key's listing."""
    listings = [listing_of(key) for key in keys]
    found = selectors.vwaps(listings)
    return [vwap_reading(found[listing]) if listing in found else None for listing in listings]


def listing_of(key: Key) -> Listing:
    """Whose topic a key or its params mean."""
    return Listing(key["country"], key["symbol"])


def is_signed_in(user: Any, params: Params) -> bool:
    """Market data is for everybody who is signed in."""
    return bool(user.is_authenticated)


def watched_topics(user: Any) -> list[str]:
    """The topics of the watchlist's first symbols, which every desk shows; the others are there for whoever asks."""
    shown = selectors.watched()[:MOST_WATCHED]
    return [stream.topic_of(listing._asdict()) for listing in shown for stream in (BARS, BARS_OPEN, VWAP)]


BARS = Stream(
    "bars",
    message="intraday_bar",
    topic="bars.{country}.{symbol}",
    delivery=Delivery.EVENT,
    payload=IntradayBarPayload,
    read=read_bars,
    snapshot=newest_bars,
)
BARS_OPEN = Stream(
    "bars_open",
    message="intraday_bar",
    topic="bars_open.{country}.{symbol}",
    delivery=Delivery.STATE,
    payload=IntradayBarPayload,
    read=read_open_bars,
)
VWAP = Stream(
    "vwap",
    message="vwap_update",
    topic="vwap.{country}.{symbol}",
    delivery=Delivery.STATE,
    payload=VwapUpdatePayload,
    read=read_vwaps,
)
INTRADAY = register(
    Feature("intraday", streams=(BARS, BARS_OPEN, VWAP), may_subscribe=is_signed_in, topics_for=watched_topics)
)
plan(
    INTRADAY,
    flag="WS_FEATURE_INTRADAY",
    rest="/api/intraday/?symbol={symbol}&country={country}",
    other_rest={"vwap": "/api/vwap/?symbol={symbol}&country={country}"},
    calendar="XNYS",
    every=1,
    needs=Needs(cadence=False),
)


class WebSocketFeatureFlags:
    """Whether a feature's pushed data is shown to all, by the names that the first design gave."""

    @staticmethod
    def is_account_balance_enabled() -> bool:
        return is_websocket("account_balance")

    @staticmethod
    def is_positions_enabled() -> bool:
        return is_websocket("positions")

    @staticmethod
    def is_intraday_enabled() -> bool:
        return is_websocket("intraday")

    @staticmethod
    def is_global_market_enabled() -> bool:
        return is_websocket("global_market")

    @staticmethod
    def status() -> dict[str, bool]:
        """Every planned feature by its flag's name."""
        return {planned.flag: is_websocket(planned.feature) for planned in plans()}
