"""Pure: what a feed tells becomes one-minute bars, and bars become the session's average price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import NamedTuple

from GlobalMarkets.feeds.minutes import MINUTE, begun, closed, extended, minute_of
from GlobalMarkets.feeds.port import BarRow, FeedBatch, Listing, Trade

TICK = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Fold:
    """The bars that are still open, and up to when the feed has told everything.

    `resumed` says for an open bar that was read from the store which trades are in it already: those up to that instant.
    """

    open: Mapping[Listing, BarRow] = field(default_factory=dict)
    until: datetime | None = None
    resumed: Mapping[Listing, datetime] = field(default_factory=dict)

    @classmethod
    def from_stored(cls, bars: Iterable[BarRow], until: datetime | None = None) -> Fold:
        """Go on from stored open bars."""
        found = {bar.listing: bar for bar in bars}
        return cls(found, until, {listing: bar.as_of for listing, bar in found.items()})


@dataclass(frozen=True, slots=True)
class Folded:
    """The next fold, the bars that changed (closed ones first), and how many trades came too late to count."""

    fold: Fold
    rows: tuple[BarRow, ...]
    late: int = 0


def folded(fold: Fold, batch: FeedBatch) -> Folded:
    """What one batch makes of the fold: a minute is closed when the feed's time has passed its end."""
    open_bars = dict(fold.open)
    done: list[BarRow] = []
    touched: set[Listing] = set()
    late = 0
    for trade in batch.trades:
        if is_counted(fold, trade):
            continue
        if is_late(fold, open_bars.get(trade.listing), trade):
            late += 1
            continue
        done += _with(open_bars, trade)
        touched.add(trade.listing)
    done += batch.bars
    done += _over(open_bars, batch)
    changed = [open_bars[listing] for listing in sorted(touched & open_bars.keys())]
    return Folded(Fold(open_bars, batch.at, _still(fold, open_bars)), (*done, *changed), late)


def is_counted(fold: Fold, trade: Trade) -> bool:
    """Whether a trade is in the resumed bar of its minute already."""
    bar, upto = fold.open.get(trade.listing), fold.resumed.get(trade.listing)
    return bar is not None and upto is not None and bar.minute == minute_of(trade.at) and trade.at <= upto


def is_late(fold: Fold, bar: BarRow | None, trade: Trade) -> bool:
    """Whether a trade belongs to a minute that has been closed."""
    minute = minute_of(trade.at)
    return (bar is not None and minute < bar.minute) or (fold.until is not None and minute + MINUTE <= fold.until)


def _with(open_bars: dict[Listing, BarRow], trade: Trade) -> list[BarRow]:
    """Take a trade in; the bar that it closes, if it begins a new minute."""
    bar = open_bars.get(trade.listing)
    if bar is not None and bar.minute == minute_of(trade.at):
        open_bars[trade.listing] = extended(bar, trade)
        return []
    open_bars[trade.listing] = begun(trade)
    return [closed(bar)] if bar is not None else []


def _over(open_bars: dict[Listing, BarRow], batch: FeedBatch) -> list[BarRow]:
    """Take out the bars whose minute has ended; a bar that the provider made itself replaces ours."""
    theirs = {(bar.listing, bar.minute) for bar in batch.bars}
    ended = sorted(listing for listing, bar in open_bars.items() if bar.minute + MINUTE <= batch.at)
    bars = [open_bars.pop(listing) for listing in ended]
    return [closed(bar) for bar in bars if (bar.listing, bar.minute) not in theirs]


def _still(fold: Fold, open_bars: Mapping[Listing, BarRow]) -> dict[Listing, datetime]:
    """What the next fold must know of resumed bars: those whose minute is still open."""
    return {
        listing: upto
        for listing, upto in fold.resumed.items()
        if listing in open_bars and open_bars[listing].minute == minute_of(upto)
    }


def typical_price(bar: BarRow) -> Decimal:
    """(high + low + close) / 3."""
    return (bar.high + bar.low + bar.close) / 3


class Average(NamedTuple):
    """A volume-weighted average price, to four decimals, over so much volume."""

    vwap: Decimal
    volume: int


def vwap_of(bars: Iterable[BarRow]) -> Average | None:
    """Σ typical price × volume / Σ volume, divided once at the end; None where nothing was traded."""
    total, volume = Decimal(0), 0
    with localcontext(prec=60):
        for bar in bars:
            total += (bar.high + bar.low + bar.close) * bar.volume
            volume += bar.volume
        if not volume:
            return None
        return Average((total / (3 * volume)).quantize(TICK, rounding=ROUND_HALF_EVEN), volume)
