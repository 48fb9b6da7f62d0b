"""Pure: trades become one-minute bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from GlobalMarkets.feeds.port import BarRow, Trade

MINUTE = timedelta(minutes=1)


def minute_of(at: datetime) -> datetime:
    """The minute that an instant lies in, named by its beginning."""
    return at.replace(second=0, microsecond=0)


def begun(trade: Trade) -> BarRow:
    """The open bar that a minute's first trade makes."""
    price = trade.price
    return BarRow(
        country=trade.country,
        symbol=trade.symbol,
        minute=minute_of(trade.at),
        open=price,
        high=price,
        low=price,
        close=price,
        volume=trade.size,
        closed=False,
        as_of=trade.at,
    )


def extended(bar: BarRow, trade: Trade) -> BarRow:
    """The bar after one more trade of its minute."""
    return replace(
        bar,
        high=max(bar.high, trade.price),
        low=min(bar.low, trade.price),
        close=trade.price,
        volume=bar.volume + trade.size,
        as_of=max(bar.as_of, trade.at),
    )


def closed(bar: BarRow) -> BarRow:
    """The same minute, over: it describes the moment of its end."""
    return replace(bar, closed=True, as_of=bar.minute + MINUTE)


def bars_of(trades: Iterable[Trade]) -> Iterator[BarRow]:
    """The closed bars of one listing's trades, which must ascend."""
    bar: BarRow | None = None
    for trade in trades:
        if bar is not None and bar.minute == minute_of(trade.at):
            bar = extended(bar, trade)
            continue
        if bar is not None:
            yield closed(bar)
        bar = begun(trade)
    if bar is not None:
        yield closed(bar)
