"""The suite's own market data: step by step, each with a number that shows loss, doubling and order end to end; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from GlobalMarkets.feeds.port import BarRow
from ThorTrading.brokers.port import AccountSnapshot, Holding

COUNTRY = "USA"
PREFIX = "CHAOS-"
FIRST = datetime(2040, 1, 2, tzinfo=UTC)  # lies ahead, so that the heartbeat's jobs never close these bars
MINUTE = timedelta(minutes=1)
CASH = Decimal(1_000_000)


def symbols(count: int) -> list[str]:
    return [f"{PREFIX}{number}" for number in range(1, count + 1)]


def topics(count: int) -> list[str]:
    return [f"{head}.{COUNTRY}.{symbol}" for symbol in symbols(count) for head in ("bars", "bars_open")]


def is_ours(topic: str) -> bool:
    return PREFIX in topic


def bars(symbol: str, number: int) -> list[BarRow]:
    """Step `number` (from 1): that minute closes, and the next is open. A bar's volume is its number."""
    return [_bar(symbol, number, closed=True), _bar(symbol, number + 1, closed=False)]


def number_of(minute: datetime) -> int:
    """The step that closed this minute."""
    return (minute - FIRST) // MINUTE


def _bar(symbol: str, number: int, *, closed: bool) -> BarRow:
    minute = FIRST + number * MINUTE
    price = 100 + Decimal(number % 1000) / 100
    as_of = minute + (MINUTE if closed else timedelta(seconds=1))
    return BarRow(COUNTRY, symbol, minute, price, price, price, price, number, closed, as_of)


def snapshot(account: str, number: int, at: datetime) -> AccountSnapshot:
    """An account whose figures tell the number."""
    cash = CASH + number
    held = Holding("SPY", Decimal(number), Decimal(100), Decimal(101))
    worth = cash + held.market_value
    return AccountSnapshot(account, cash, 2 * cash, worth, worth, (held,), at)
