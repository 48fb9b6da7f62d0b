"""Market data by REST: bars, averages, venues and who is open; the payloads are the socket's own."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from GlobalMarkets.calendars.errors import BeyondSchedule, UnknownVenue
from GlobalMarkets.feeds.port import Listing
from GlobalMarkets.models import Bar, MarketStatus, Venue
from GlobalMarkets.selectors.bars import NEWEST, BarRange, bars_of_range, has_older, listing_of
from GlobalMarkets.selectors.markets import expires_soon, knows, market_statuses, sessions_between, venue_by_mic, venues
from GlobalMarkets.serializers.bars import IntradayBarPayload, VwapUpdatePayload
from GlobalMarkets.serializers.markets import (
    CompositePayload,
    MarketStatusPayload,
    SessionPayload,
    VenuePayload,
    composite_payload,
    session_payload,
    venue_payload,
)
from GlobalMarkets.services.clock import market_now
from GlobalMarkets.services.websocket_features import bar_reading
from GlobalMarkets.services.websocket_markets import market_reading
from realtime.features import Reading, stream
from realtime.openapi import listed, listed_plain, topical
from realtime.rest import Item, Page, derived_response, list_response, topic_response

MOST_BARS = 5000
FOUR_WEEKS = 28


class SymbolQuery(serializers.Serializer[Any]):
    """Which instrument is meant."""

    symbol = serializers.CharField(max_length=32)
    country = serializers.RegexField(r"^[A-Z]{3}$", default="USA", error_messages={"invalid": "three capital letters"})

    def listing(self) -> Listing:
        return Listing(self.validated_data["country"], self.validated_data["symbol"])


class IntradayQuery(SymbolQuery):
    """Which bars: minutes from `from` up to but not including `to`, the newest `limit` of them."""

    to = serializers.DateTimeField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_BARS, default=NEWEST)
    open = serializers.BooleanField(default=True)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": serializers.DateTimeField(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "from" in attrs and "to" in attrs and attrs["from"] >= attrs["to"]:
            raise serializers.ValidationError({"from": "it must be earlier than `to`"})
        return attrs

    def range(self) -> BarRange:
        given = self.validated_data
        return BarRange(self.listing(), given.get("from"), given.get("to"), given["limit"])


class IntradayView(APIView):
    """One-minute bars of a symbol, ascending; the open one last."""

    @extend_schema(parameters=[IntradayQuery], responses={200: listed(IntradayBarPayload)})
    def get(self, request: Request) -> Response:
        query = IntradayQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        params = {"country": query.listing().country, "symbol": query.listing().symbol}
        topics = {True: stream("bars").topic_of(params), False: stream("bars_open").topic_of(params)}

        def read() -> Page:
            bars = bars_of_range(query.range(), with_open=query.validated_data["open"])
            items = [Item(topics[bar.closed], bar_reading(bar)) for bar in bars]
            return Page(items, _older(request, query, bars))

        return list_response(request, list(topics.values()), read)


def _older(request: Request, query: IntradayQuery, bars: list[Bar]) -> str | None:
    """Where the bars before these are, as far as the range reaches."""
    if not bars or not has_older(listing_of(bars[0]), bars[0].minute):
        return None
    start: datetime | None = query.validated_data.get("from")
    if start is not None and bars[0].minute <= start:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != "to"}
    return f"{request.path}?{urlencode({**kept, 'to': bars[0].minute.strftime('%Y-%m-%dT%H:%M:%SZ')})}"


class MicQuery(serializers.Serializer[Any]):
    """Which venue is meant; without it, all."""

    mic = serializers.CharField(required=False)


class VenuesView(APIView):
    """The venues, east to west."""

    @extend_schema(responses={200: listed_plain(VenuePayload)})
    def get(self, request: Request) -> Response:
        at = market_now(timezone.now())
        return Response({"items": [venue_payload(venue, expires_soon(venue, at)) for venue in venues()], "next": None})


class MarketStatusView(APIView):
    """Who is open, east to west."""

    @extend_schema(parameters=[MicQuery], responses={200: listed(MarketStatusPayload)})
    def get(self, request: Request) -> Response:
        query = MicQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        mics = [query.validated_data["mic"]] if "mic" in query.validated_data else []
        topics = {row.venue.mic: stream("markets").topic_of({"mic": row.venue.mic}) for row in statuses_or_404(mics)}

        def read() -> Page:
            return Page([Item(topics[row.venue.mic], market_reading(row)) for row in market_statuses(list(topics))])

        return list_response(request, list(topics.values()), read)


class CompositeView(APIView):
    """How much of the world is open, and the phase of the global day."""

    @extend_schema(responses={200: CompositePayload})
    def get(self, request: Request) -> Response:
        return derived_response(request, [stream("markets").topic_of({"mic": venue.mic}) for venue in venues()], world)


def world() -> Reading | None:
    """The composite of what was recorded; None while nothing was."""
    rows = market_statuses()
    if not rows:
        return None
    payload = composite_payload(rows)
    return Reading(payload, payload.timestamp)


class SessionsQuery(serializers.Serializer[Any]):
    """Which days, by the venue's own dates; without them the next four weeks."""

    to = serializers.DateField(required=False)

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"from": serializers.DateField(required=False)}

    def days(self, today: date) -> tuple[date, date]:
        """The first and the last day that are meant. Raises ValidationError where they are the wrong way round."""
        given = self.validated_data
        first = given.get("from") or min(today, given.get("to", today))
        last = given.get("to") or date.fromordinal(min(first.toordinal() + FOUR_WEEKS, date.max.toordinal()))
        if last < first:
            raise serializers.ValidationError({"from": f"{first} is after `to`, {last}"})
        return first, last


class SessionsView(APIView):
    """A venue's stored sessions and holidays."""

    @extend_schema(parameters=[SessionsQuery], responses={200: listed_plain(SessionPayload)})
    def get(self, request: Request, mic: str) -> Response:
        query = SessionsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        first, last = query.days(market_now(timezone.now()).date())
        venue = venue_or_404(mic)
        try:
            rows = sessions_between(venue, first, last)
        except BeyondSchedule as fault:
            raise serializers.ValidationError({"to" if knows(venue, first) else "from": str(fault)}) from None
        return Response({"items": [session_payload(row, mic) for row in rows], "next": None})


def venue_or_404(mic: str) -> Venue:
    try:
        return venue_by_mic(mic)
    except UnknownVenue as fault:
        raise Http404(str(fault)) from None


def statuses_or_404(mics: list[str]) -> list[MarketStatus]:
    try:
        return market_statuses(mics)
    except UnknownVenue as fault:
        raise Http404(str(fault)) from None


class VwapView(APIView):
    """The session's volume-weighted average price of a symbol."""

    @extend_schema(parameters=[SymbolQuery], responses=topical(VwapUpdatePayload))
    def get(self, request: Request) -> Response:
        query = SymbolQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        listing = query.listing()
        return topic_response(request, stream("vwap").topic_of({"country": listing.country, "symbol": listing.symbol}))
