"""Payloads of markets: exact names, and a function of the stored row alone."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from GlobalMarkets.models import MarketStatus
from GlobalMarkets.selectors.markets import market_statuses
from GlobalMarkets.serializers.markets import (
    composite_payload,
    market_status_payload,
    session_payload,
    venue_payload,
)
from GlobalMarkets.services.market_status import record_market_status
from GlobalMarkets.tests.markets import TOKYO_WEEKS, make_venue

pytestmark = pytest.mark.django_db
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def test_a_status_has_the_fields_of_the_protocol() -> None:
    make_venue()
    record_market_status(OPEN)
    payload = market_status_payload(MarketStatus.objects.select_related("venue").get())
    assert msgspec.json.decode(msgspec.json.encode(payload)) == {
        "market_id": 1,
        "country": "USA",
        "mic": "XNYS",
        "status": "OPEN",
        "phase": "OPEN",
        "next_event": "CLOSE",
        "next_event_at": "2026-11-20T21:00:00Z",
        "seconds_to_next_event": 23400,
        "timestamp": "2026-11-20T14:30:00Z",
    }


def test_a_venue_and_its_days() -> None:
    venue = make_venue()
    payload = venue_payload(venue, expires_soon=True)
    assert (payload.mic, payload.market_id, payload.weight, payload.known_until) == ("XNYS", 1, 15, date(2028, 12, 31))
    assert payload.expires_soon
    assert payload.region == "AMERICAS"
    holiday = session_payload(venue.sessions.get(date=date(2026, 11, 26)), "XNYS")
    assert (holiday.kind, holiday.name, holiday.opens_at) == ("HOLIDAY", "Thanksgiving", None)


def test_the_composite_counts_who_is_open() -> None:
    make_venue()
    make_venue("XTKS", TOKYO_WEEKS)
    record_market_status(OPEN)
    payload = composite_payload(market_statuses())
    assert (payload.composite, payload.phase, payload.open) == (Decimal("15.00"), "AMERICAN", ["XNYS"])
    assert payload.timestamp == OPEN
