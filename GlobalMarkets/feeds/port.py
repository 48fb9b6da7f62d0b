"""What a source of market data looks like to Thor: the types that travel, the protocol, and its faults.

MarketDataError
├── FeedSettingsError    the settings name no usable feed
├── RecordingError       a recorded file is missing or malformed
└── FigureError          a figure of a bar cannot be recorded
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol, runtime_checkable


class MarketDataError(Exception):
    """Market data cannot be had or used: the message is one line that names what was wrong."""


class FeedSettingsError(MarketDataError):
    """The settings name no usable feed: mend the variable that the message names."""


class RecordingError(MarketDataError):
    """A recorded file is missing or malformed: the message names the file and, where there is one, the line."""


class FigureError(MarketDataError):
    """A provider's figure is impossible or has too many digits: drop the row, and say so."""


class Listing(NamedTuple):
    """What is traded, and in which country (ISO 3166 alpha-3)."""

    country: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Trade:
    """One print: `price` per share or contract, `size` in whole shares or contracts."""

    country: str
    symbol: str
    at: datetime
    price: Decimal
    size: int

    @property
    def listing(self) -> Listing:
        return Listing(self.country, self.symbol)


@dataclass(frozen=True, slots=True)
class Quote:
    """The best bid and ask at an instant, the last price, and how much was traded since the quote before."""

    country: str
    symbol: str
    at: datetime
    price: Decimal
    volume: int
    bid: Decimal
    ask: Decimal

    @property
    def listing(self) -> Listing:
        return Listing(self.country, self.symbol)


@dataclass(frozen=True, slots=True)
class BarRow:
    """One minute of a listing, beginning at `minute`; `as_of` is the last print in it, or its end once closed."""

    country: str
    symbol: str
    minute: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    closed: bool
    as_of: datetime

    @property
    def listing(self) -> Listing:
        return Listing(self.country, self.symbol)


@dataclass(frozen=True, slots=True)
class FeedBatch:
    """What came since the last poll, ascending. The feed has told everything up to market time `at`."""

    at: datetime
    trades: Sequence[Trade] = ()
    bars: Sequence[BarRow] = ()
    quotes: Sequence[Quote] = ()


@dataclass(frozen=True, slots=True)
class ReplayStatus:
    """How far a replay has come; `speed` is "max" or how many replay seconds pass in one.

    `playing`: in this process, whose polls move its clock; beside it, e.g. in a command, the clock stands where it began.
    """

    file: str
    speed: str
    at: datetime
    finished: bool
    playing: bool = True


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """Which feed this is, what it watches, up to when it has been polled, and how its replay goes."""

    name: str
    listings: tuple[Listing, ...]
    at: datetime | None
    replay: ReplayStatus | None = None


@runtime_checkable
class Feed(Protocol):
    """A source of market data. Nothing here blocks, except `history`, which may ask a provider."""

    name: str

    def subscribe(self, listings: Iterable[Listing]) -> None:
        """Watch these from now on, and no others."""

    def poll(self, now: datetime) -> FeedBatch:
        """What came since the last poll, bounded: where `at` is behind `market_time(now)`, poll again for more."""

    def market_time(self, now: datetime) -> datetime:
        """What time it is in the market, when it is `now` on the wall."""

    def history(self, listing: Listing, start: datetime, end: datetime) -> list[BarRow]:
        """The closed bars whose minute lies in [start, end), as polling would have given them."""

    def status(self) -> FeedStatus:
        """A description for people; it moves nothing."""
