"""Bars, trades and recorded files for tests."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from GlobalMarkets.feeds.port import BarRow, Listing, Trade
from GlobalMarkets.feeds.recording import COLUMNS

OPEN = datetime(2013, 10, 8, 13, 30, tzinfo=UTC)
SPY, IBM = Listing("USA", "SPY"), Listing("USA", "IBM")


def at(seconds: float = 0) -> datetime:
    """So many seconds after the open."""
    return OPEN + timedelta(seconds=seconds)


def make_trade(seconds: float = 0, price: str = "100.00", size: int = 100, listing: Listing = SPY) -> Trade:
    return Trade(*listing, at=at(seconds), price=Decimal(price), size=size)


def make_bar(minute: int = 0, listing: Listing = SPY, **differing: Any) -> BarRow:
    """The closed bar of the minute so many after the open."""
    begin = OPEN + timedelta(minutes=minute)
    bar = BarRow(
        *listing,
        minute=begin,
        open=Decimal("100.00"),
        high=Decimal("101.50"),
        low=Decimal("99.25"),
        close=Decimal("100.75"),
        volume=1200,
        closed=True,
        as_of=begin + timedelta(minutes=1),
    )
    return replace(bar, **differing)


def make_open_bar(minute: int = 0, second: int = 10, **differing: Any) -> BarRow:
    """The same minute while it is open, as of a second in it."""
    return make_bar(minute, **{"closed": False, "as_of": at(60 * minute + second), **differing})


def line(start: datetime, symbol: str = "SPY", figures: str = "100.00,101.50,99.25,100.75,1200") -> str:
    return f"{symbol},{start:%Y-%m-%dT%H:%M:%SZ},{figures}"


def minute_lines(*minutes: int, symbol: str = "SPY") -> list[str]:
    return [line(OPEN + timedelta(minutes=minute), symbol) for minute in minutes]


def write_recording(folder: Path, lines: Iterable[str], header: str = ",".join(COLUMNS), name: str = "day.csv") -> Path:
    path = folder / name
    text = "\n".join([header, *lines, ""])
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path
