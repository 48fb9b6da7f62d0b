"""Works out and records each listing's last 24 hours of market time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from GlobalMarkets.feeds.minutes import MINUTE
from GlobalMarkets.models import TwentyFourHours
from GlobalMarkets.selectors.day import stretches
from GlobalMarkets.services.upsert import Upsert

DAY = timedelta(hours=24)


class DayKey(NamedTuple):
    """Whose last 24 hours changed."""

    country: str
    symbol: str


@dataclass(frozen=True, slots=True)
class DayRow:
    """A listing's 24 hours before `as_of`, the end of its newest closed bar."""

    country: str
    symbol: str
    open_price: Decimal
    high: Decimal
    low: Decimal
    volume: int
    as_of: datetime


DAYS = Upsert(
    TwentyFourHours,
    keys=("country", "symbol"),
    values=("open_price", "high", "low", "volume"),
    returning=("country", "symbol"),
)


def days_due(at: datetime) -> list[DayRow]:
    """Of every listing with closed bars in the 24 hours before `at` (market time); a bar counts if it began in them."""
    return [
        DayRow(*one.listing, one.open_price, one.high, one.low, one.volume, as_of=one.newest + MINUTE)
        for one in stretches(at - DAY, at)
    ]


def record_days(rows: Sequence[DayRow]) -> list[DayKey]:
    """Store them; the keys of those that are new or differ."""
    return [DayKey(*key) for key in DAYS.run(rows)]
