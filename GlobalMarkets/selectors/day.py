"""Reads what the last 24 hours of market time were made of, and what was recorded of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max, Min, Sum

from GlobalMarkets.feeds.port import Listing
from GlobalMarkets.models import Bar, TwentyFourHours
from GlobalMarkets.selectors.bars import closed_bars


@dataclass(frozen=True, slots=True)
class Stretch:
    """A listing's closed bars of some hours, put together: `newest` is the minute of the last."""

    listing: Listing
    open_price: Decimal
    high: Decimal
    low: Decimal
    volume: int
    newest: datetime


def stretches(start: datetime, end: datetime) -> list[Stretch]:
    """Of each listing with closed bars whose minute lies in [start, end)."""
    rows = (
        Bar.objects.filter(minute__gte=start, minute__lt=end, closed=True)
        .values("country", "symbol")
        .annotate(first=Min("minute"), newest=Max("minute"), top=Max("high"), bottom=Min("low"), traded=Sum("volume"))
    )
    by_listing = {Listing(row["country"], row["symbol"]): row for row in rows}
    opening = closed_bars([(listing, row["first"]) for listing, row in by_listing.items()])
    return [
        Stretch(listing, opening[listing, row["first"]].open, row["top"], row["bottom"], row["traded"], row["newest"])
        for listing, row in by_listing.items()
    ]


def twenty_four_hours(listings: Collection[Listing]) -> Mapping[Listing, TwentyFourHours]:
    """What was recorded of each listing, as far as it was."""
    rows = TwentyFourHours.objects.filter(symbol__in={one.symbol for one in listings})
    return {found: row for row in rows if (found := Listing(row.country, row.symbol)) in listings}
