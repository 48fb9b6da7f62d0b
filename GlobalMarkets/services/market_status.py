"""Records what the venues' schedules mean at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from django.db import transaction

from GlobalMarkets.calendars.hours import HoursStatus
from GlobalMarkets.models import MarketStatus, Venue
from GlobalMarkets.selectors.markets import boundaries_between, statuses, venues

REMEMBERED = timedelta(days=14)  # about 170 changes, told within a second
VALUES = ("status", "phase", "is_holiday", "next_event", "next_event_at", "as_of")


def record_market_status(at: datetime, mics: Sequence[str] = ()) -> list[str]:
    """Record the status at `at` (market time, to the second) of these venues, or of all; the MICs that were recorded.

    A venue whose recorded status is as new or newer is left alone, and so is one whose schedule is not known at `at`.
    Raises UnknownVenue.
    """
    as_of = at.replace(microsecond=0)
    with transaction.atomic():
        chosen = _locked(venues(mics))
        newer = MarketStatus.objects.filter(venue__in=chosen, as_of__gte=as_of)
        settled = set(newer.values_list("venue_id", flat=True))
        due = [venue for venue in chosen if venue.pk not in settled]
        found = statuses(due, as_of)
        rows = [_row(venue, found[venue.mic], as_of) for venue in due if venue.mic in found]
        MarketStatus.objects.bulk_create(rows, update_conflicts=True, unique_fields=["venue"], update_fields=VALUES)
    return [row.venue.mic for row in rows]


def _locked(chosen: Sequence[Venue]) -> list[Venue]:
    """The same venues, in order, held until the transaction ends: two recorders take turns."""
    held = Venue.objects.select_for_update().filter(pk__in=[venue.pk for venue in chosen]).order_by("pk")
    return sorted(held, key=lambda venue: venue.place)


def _row(venue: Venue, hours: HoursStatus, as_of: datetime) -> MarketStatus:
    told = {field.name: getattr(hours, field.name) for field in fields(hours) if field.name in VALUES}
    return MarketStatus(venue=venue, as_of=as_of, **told)


def instants_due(at: datetime) -> list[tuple[datetime, list[str]]]:
    """Each change of a status since the last recorded one, with the MICs that changed; then `at` itself, for all ([]).

    After a longer time than REMEMBERED only `at`: who was away so long wants to know who is open, not who was.
    Call it in the transaction that records them: it holds the recorded rows, so that no other recorder comes between.
    """
    held = MarketStatus.objects.select_for_update().order_by("pk")
    last = max((row.as_of for row in held), default=None)
    passed = boundaries_between(last, at) if last is not None and at - REMEMBERED <= last < at else []
    return [*passed, (at, [])]
