"""The simulated feed: believable prints at any hour, each a function of seed, listing and second.

Nothing is remembered but what has been given: a restart continues the same path, and `history` draws the very prints that
polling would have given. Floats draw the path; a price leaves this module as whole cents in a Decimal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from GlobalMarkets.feeds import noise
from GlobalMarkets.feeds.minutes import bars_of, minute_of
from GlobalMarkets.feeds.port import BarRow, FeedBatch, FeedStatus, Listing, Quote, Trade

NEW_YORK = ZoneInfo("America/New_York")
OPEN, CLOSE = 9.5 * 3600, 16 * 3600
NIGHT = 0.15  # activity outside trading hours, of the mean day's
SPAN = timedelta(minutes=10)  # most that one poll gives
OCTAVES = tuple(4.0 * 3.0**step for step in range(13))  # seconds: from 4 to a month
FAST = 1000.0  # seconds: swings shorter than this grow and shrink with the day's activity
GAP = 0.6  # of a day's volatility: how far a session opens from the last one's path
DAY = 86400.0
QUIET = 0.04  # of the minutes at night pass without a print


@dataclass(frozen=True, slots=True)
class Character:
    """What a listing is like: its price, how far it moves in a day (a fraction), and the size of a usual print."""

    price: float
    volatility: float
    size: float


CHARACTERS = {
    "SPY": Character(590.0, 0.010, 420.0),
    "AAPL": Character(240.0, 0.016, 300.0),
    "TSLA": Character(405.0, 0.032, 520.0),
}


def character_of(listing: Listing, key: int) -> Character:
    """The known character of a symbol, or one that its name draws."""
    drawn = Character(20.0 + 380.0 * noise.uniform(key, 1), 0.012 + 0.02 * noise.uniform(key, 2), 60.0)
    return CHARACTERS.get(listing.symbol, drawn)


def height(period: float, volatility: float) -> float:
    """How far a swing of so many seconds goes: as a random walk would, but a month's swing is held back."""
    return volatility * math.sqrt(period / DAY) * (1.8 if period < DAY else 0.6)


def activity(seconds: float) -> float:
    """How busy New York is at this second of its weekday: a U between open and close, little otherwise."""
    if not OPEN <= seconds < CLOSE:
        return NIGHT
    middle = (seconds - OPEN) / (CLOSE - OPEN) * 2.0 - 1.0
    return 0.55 + 1.1 * middle**4


@dataclass(frozen=True, slots=True)
class Moment:
    """A second, as the draws need it."""

    epoch: int
    day: int
    seconds: float

    @classmethod
    def of(cls, at: datetime) -> Moment:
        local = at.astimezone(NEW_YORK)
        return cls(int(at.timestamp()), local.toordinal(), local.hour * 3600 + local.minute * 60 + local.second)

    @property
    def activity(self) -> float:
        weekend = self.day % 7 in (6, 0)  # ordinals: 6 is a Saturday, 0 a Sunday
        return NIGHT if weekend else activity(self.seconds)


class Path:
    """The prices and prints of one listing, for ever."""

    def __init__(self, seed: int, listing: Listing) -> None:
        self.listing = listing
        self.key = noise.key_of(seed, *listing)
        self.character = character_of(listing, self.key)
        self.octaves = [
            (noise.key_of(self.key, period), period, height(period, self.character.volatility)) for period in OCTAVES
        ]
        self.gaps = noise.key_of(self.key, "gap")
        self.counts, self.sizes = noise.key_of(self.key, "count"), noise.key_of(self.key, "size")
        self.spreads = noise.key_of(self.key, "spread")
        self.quiet, self.bounce = noise.key_of(self.key, "quiet"), noise.key_of(self.key, "bounce")

    def price(self, moment: Moment) -> float:
        """The price that trading circles around at this second; always above zero."""
        lively = math.sqrt(moment.activity)
        total = 0.0
        for key, period, reach in self.octaves:
            swing = reach * noise.smooth(key, moment.epoch / period)
            total += swing * lively if period < FAST else swing
        session = moment.day if moment.seconds >= OPEN else moment.day - 1
        gap = GAP * self.character.volatility * noise.node(self.gaps, session)
        return self.character.price * math.exp(total + gap)

    def prints(self, at: datetime) -> list[Trade]:
        """The trades within one whole second."""
        moment = Moment.of(at)
        busy = moment.activity
        if busy == NIGHT and noise.uniform(self.quiet, moment.epoch // 60) < QUIET:
            return []
        count = int(1.3 * busy + noise.uniform(self.counts, moment.epoch))
        if not count:
            return []
        price = self.price(moment)
        instants = [at + timedelta(seconds=1) * place / count for place in range(count)]
        return [self._print(instant, moment.epoch * 8 + place, price, busy) for place, instant in enumerate(instants)]

    def _print(self, at: datetime, index: int, price: float, busy: float) -> Trade:
        """One trade: a cent or two beside the path, its size mostly small and seldom large."""
        draw = noise.uniform(self.sizes, index)
        size = 1 + int(self.character.size * (0.4 + busy) / (1.02 - draw) ** 1.1)
        cents = round(price * 100.0 + 1.5 * noise.node(self.bounce, index))
        return Trade(*self.listing, at=at, price=Decimal(max(cents, 1)).scaleb(-2), size=size)

    def quote(self, trades: Sequence[Trade]) -> Quote | None:
        """Bid and ask a cent to three around the last of these trades; None where there is none."""
        if not trades:
            return None
        last = trades[-1]
        half = Decimal(1 + int(3 * noise.uniform(self.spreads, int(last.at.timestamp())))).scaleb(-2)
        bid = max(last.price - half, Decimal("0.01"))
        volume = sum(trade.size for trade in trades)
        return Quote(*self.listing, at=last.at, price=last.price, volume=volume, bid=bid, ask=last.price + half)

    def between(self, start: datetime, end: datetime) -> Iterator[Trade]:
        """The trades of the whole seconds in [start, end)."""
        second = start
        while second < end:
            yield from self.prints(second)
            second += timedelta(seconds=1)


class SimulatedFeed:
    """Prints for whatever is subscribed; the market's time is the wall's."""

    name = "simulated"

    def __init__(self, seed: int, listings: Iterable[Listing] = ()) -> None:
        self.seed = seed
        self._paths: dict[Listing, Path] = {}
        self._at: datetime | None = None
        self.subscribe(listings)

    def subscribe(self, listings: Iterable[Listing]) -> None:
        """Watch these from now on, and no others."""
        self._paths = {listing: self._path(listing) for listing in listings}

    def poll(self, now: datetime) -> FeedBatch:
        """The trades of the whole seconds since the last poll; the first begins with the minute, so that its bar is whole."""
        start = self._at or minute_of(now.astimezone(UTC))
        end = max(start, min(now.astimezone(UTC).replace(microsecond=0), start + SPAN))
        told = [(path, list(path.between(start, end))) for path in self._paths.values()]
        quotes = [quote for path, trades in told if (quote := path.quote(trades)) is not None]
        trades = [trade for _, own in told for trade in own]
        self._at = end
        return FeedBatch(at=end, trades=sorted(trades, key=lambda trade: trade.at), quotes=quotes)

    def market_time(self, now: datetime) -> datetime:
        """The wall's time, in whole seconds: prints are told when their second is over."""
        return now.astimezone(UTC).replace(microsecond=0)

    def history(self, listing: Listing, start: datetime, end: datetime) -> list[BarRow]:
        """The closed bars whose minute lies in [start, end)."""
        return list(bars_of(self._path(listing).between(minute_of(start), minute_of(end))))

    def status(self) -> FeedStatus:
        """A description for people."""
        return FeedStatus(self.name, tuple(self._paths), self._at)

    def _path(self, listing: Listing) -> Path:
        return self._paths.get(listing) or Path(self.seed, listing)
