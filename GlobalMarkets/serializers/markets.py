"""The payloads of venues, their status and sessions, made from stored rows only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from GlobalMarkets.calendars.composite import WEIGHTS, composite, global_phase
from GlobalMarkets.calendars.hours import whole_seconds
from GlobalMarkets.calendars.venues import venue_rows
from GlobalMarkets.models import MarketStatus, TradingSession, Venue


class MarketStatusPayload(msgspec.Struct, frozen=True):
    """A venue's status as REST and the socket show it, as of `timestamp`."""

    market_id: int
    country: str
    mic: str
    status: str
    phase: str
    next_event: str
    next_event_at: datetime
    seconds_to_next_event: int
    timestamp: datetime


class VenuePayload(msgspec.Struct, frozen=True):
    """A venue; beyond `known_until` its days are projected, and `expires_soon` says that this is near.

    `weight` and `region` (empty: it makes no phase) are what the composite and the global day's phase are counted from.
    """

    market_id: int
    mic: str
    name: str
    city: str
    country: str
    time_zone: str
    currency: str
    place: int
    preopen_minutes: int
    preclose_minutes: int
    known_until: date
    expires_soon: bool
    weight: int
    region: str


class SessionPayload(msgspec.Struct, frozen=True):
    """A stored day of a venue: a session, or a holiday (no instants), with its name where it has one."""

    mic: str
    date: date
    kind: str
    name: str
    opens_at: datetime | None
    pause_starts_at: datetime | None
    pause_ends_at: datetime | None
    closes_at: datetime | None
    is_projected: bool


class CompositePayload(msgspec.Struct, frozen=True):
    """How much of the world is open, 0 to 100, and whose trading hours it is."""

    composite: Decimal
    phase: str
    open: list[str]
    timestamp: datetime


def market_status_payload(row: MarketStatus) -> MarketStatusPayload:
    """The payload of a recorded status; its seconds count from the row's own time."""
    return MarketStatusPayload(
        market_id=row.venue.market_id,
        country=row.venue.country,
        mic=row.venue.mic,
        status=row.status,
        phase=row.phase,
        next_event=row.next_event,
        next_event_at=row.next_event_at.astimezone(UTC),
        seconds_to_next_event=whole_seconds(row.next_event_at - row.as_of),
        timestamp=row.as_of.astimezone(UTC),
    )


def venue_payload(venue: Venue, expires_soon: bool) -> VenuePayload:
    """The payload of a venue."""
    beside = ("expires_soon", "weight", "region")
    told = {name: getattr(venue, name) for name in VenuePayload.__struct_fields__ if name not in beside}
    weight = next((one.weight for one in WEIGHTS if one.mic == venue.mic), 0)
    region = next((row.region for row in venue_rows() if row.mic == venue.mic), "")
    return VenuePayload(**told, expires_soon=expires_soon, weight=weight, region=region)


def session_payload(row: TradingSession, mic: str) -> SessionPayload:
    """The payload of a stored day."""
    told = {name: getattr(row, name) for name in SessionPayload.__struct_fields__ if name != "mic"}
    return SessionPayload(mic=mic, **told)


def composite_payload(rows: Sequence[MarketStatus]) -> CompositePayload:
    """The composite of these recorded statuses (at least one), as of the newest of them; a venue without one counts as closed."""
    as_of = max(row.as_of for row in rows)
    open_mics = [row.venue.mic for row in rows if row.status == "OPEN"]
    value = composite(open_mics).quantize(Decimal("0.01"))
    return CompositePayload(value, global_phase(open_mics).value, open_mics, as_of.astimezone(UTC))
