"""Records what feeds told: bulk upserts that return the keys of what really changed, and refuse what is older."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from bulk.rows import instant
from GlobalMarkets.feeds.figures import checked, fault_of, price_fault, volume_fault
from GlobalMarkets.feeds.minutes import closed
from GlobalMarkets.feeds.port import BarRow, FigureError
from GlobalMarkets.models import Bar, Vwap
from GlobalMarkets.selectors.bars import open_bars_before
from GlobalMarkets.services.upsert import Upsert


class BarKey(NamedTuple):
    """Which bar changed, and whether it is closed now."""

    country: str
    symbol: str
    minute: datetime
    closed: bool


class VwapKey(NamedTuple):
    """Whose average changed, and in which session."""

    country: str
    symbol: str
    session: date


@dataclass(frozen=True, slots=True)
class VwapRow:
    """A session's average as of the end of a closed bar."""

    country: str
    symbol: str
    session: date
    vwap: Decimal
    volume: int
    as_of: datetime


BARS = Upsert(
    Bar,
    keys=("country", "symbol", "minute"),
    values=("open", "high", "low", "close", "volume", "closed"),
    returning=("country", "symbol", "minute", "closed"),
    only_if="(excluded.closed OR NOT stored.closed)",  # what is closed never opens again
)
VWAPS = Upsert(
    Vwap,
    keys=("country", "symbol", "session"),
    values=("vwap", "volume"),
    returning=("country", "symbol", "session"),
)


def record_bars(rows: Iterable[BarRow]) -> list[BarKey]:
    """Store bars; the keys of those that are new or differ, by minute. FigureError, and nothing stored, for a bad figure.

    A bar whose `as_of` is older than the stored one's, and an open bar where a closed one stands, change nothing.
    """
    newest = _newest([checked(row) for row in rows])
    changed = [
        BarKey(country, symbol, instant(minute), bool(is_closed))
        for country, symbol, minute, is_closed in BARS.run(newest)
    ]
    return sorted(changed, key=attrgetter("minute", "country", "symbol"))


def usable(rows: Iterable[BarRow]) -> tuple[list[BarRow], list[str]]:
    """The rows that can be recorded, and in words what is wrong with the others."""
    good, faults = [], []
    for row in rows:
        fault = fault_of(row)
        if fault:
            faults.append(f"{row.country} {row.symbol} {row.minute.isoformat()}: {fault}")
        else:
            good.append(row)
    return good, faults


def close_bars_before(until: datetime) -> list[BarKey]:
    """Close the bars that were left open although their minute ended by `until`, e.g. by a crash; their keys."""
    return record_bars(closed(bar) for bar in open_bars_before(until))


def record_vwaps(rows: Sequence[VwapRow]) -> list[VwapKey]:
    """Store averages; the keys of those that are new or differ. FigureError, and nothing stored, for a bad figure."""
    for row in rows:
        fault = price_fault("vwap", row.vwap) or volume_fault(row.volume)
        if fault:
            raise FigureError(f"{row.country} {row.symbol} {row.session}: {fault}")
    return [VwapKey(country, symbol, _day(session)) for country, symbol, session in VWAPS.run(rows)]


def _newest(rows: Iterable[BarRow]) -> list[BarRow]:
    """One row per key, as one statement needs it: a closed one before an open one, then the later."""
    best: dict[tuple[str, str, datetime], BarRow] = {}
    for row in rows:
        key = (row.country, row.symbol, row.minute)
        held = best.get(key)
        if held is None or (row.closed, row.as_of) >= (held.closed, held.as_of):
            best[key] = row
    return list(best.values())


def _day(value: str | date) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
