"""The way from a feed into the store, step by step: nothing that was polled is lost when a transaction fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import structlog

from GlobalMarkets.feeds.minutes import MINUTE, minute_of
from GlobalMarkets.feeds.port import BarRow, Feed, Listing, MarketDataError, Quote
from GlobalMarkets.selectors.bars import newest_closed, open_bars, open_bars_at
from GlobalMarkets.services.bars import Fold, folded
from GlobalMarkets.services.ingest import BarKey, record_bars, usable
from GlobalMarkets.services.watchlist import needed, settle_watchlist

log = structlog.get_logger(__name__)
BEHIND = timedelta(minutes=390)  # how far back a new process asks the feed for what it missed
PIECE = timedelta(minutes=60)  # of history, in one step


class IntakeBusy(MarketDataError):
    """An earlier run is still recording: let it end, the feed keeps what comes."""


@dataclass(frozen=True, slots=True)
class Step:
    """Bars to be recorded in one transaction, and where the fold and the history stand once they are."""

    rows: tuple[BarRow, ...]
    fold: Fold
    covered: tuple[Listing, datetime] | None = None


class BarIntake:
    """One feed's bars on their way into the store. A step is kept until it is settled: at most one is in flight.

    A new process first asks the feed's history for the minutes it missed, then polls. What is needed later joins in the same
    way; the minute in which it joined is taken from the history, too. The caller holds `turn()` meanwhile.
    """

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self._lock = Lock()
        self._fold: Fold | None = None
        self._missing: dict[Listing, datetime] = {}
        self._whole_from: dict[Listing, datetime] = {}
        """Of what joined later: the first minute that polls tell whole."""
        self._step: Step | None = None
        self._quotes: dict[Listing, Quote] = {}

    @contextmanager
    def turn(self) -> Iterator[BarIntake]:
        """Be the only one who takes steps; IntakeBusy where somebody is."""
        if not self._lock.acquire(blocking=False):
            raise IntakeBusy(IntakeBusy.__doc__)
        try:
            yield self
        finally:
            self._lock.release()

    @property
    def recorded_until(self) -> datetime | None:
        """Up to which market time everything that the feed told is stored; None before the first poll is."""
        return self._fold.until if self._fold else None

    def next_step(self, now: datetime) -> Step | None:
        """What is to be recorded next: the step that failed, or what the feed has now; None when nothing is due."""
        if self._step is None:
            fold = self._joined(self._fold, now) if self._fold else self._begin(now)
            self._step = self._missed(fold, now) or self._polled(fold, now)
        return self._step

    def record(self, step: Step) -> list[BarKey]:
        """Store a step's bars, inside the caller's transaction; the keys of those that changed."""
        return record_bars(step.rows)

    def settle(self, step: Step) -> None:
        """The step is committed: go on behind it."""
        self._fold, self._step = step.fold, None
        if step.covered:
            listing, upto = step.covered
            self._missing[listing] = upto

    def take_quotes(self) -> list[Quote]:
        """The newest quote of each listing that was polled since the last time; nothing is stored of them."""
        quotes, self._quotes = list(self._quotes.values()), {}
        return quotes

    def _begin(self, now: datetime) -> Fold:
        """Where the store left off: the minute that is still open, and from when on each listing lacks bars."""
        current = minute_of(self.feed.market_time(now))
        settle_watchlist(self.feed)
        self._subscribe(self._newcomers())
        status = self.feed.status()
        if status.replay is None:  # before a replay's beginning there is nothing to catch up on
            self._missing = {listing: self._lacks_from(listing, current) for listing in status.listings}
        self._fold = Fold.from_stored(open_bars_at(current))
        return self._fold

    def _joined(self, fold: Fold, now: datetime) -> Fold:
        """The same fold, with a feed that watches what has become needed."""
        newcomers = self._newcomers()
        if newcomers:
            current = minute_of(self.feed.market_time(now))
            self._missing |= {listing: self._lacks_from(listing, current) for listing in newcomers}
            self._whole_from |= dict.fromkeys(newcomers, current + MINUTE)
            self._subscribe(newcomers)
        return fold

    def _newcomers(self) -> list[Listing]:
        """What is needed and not watched yet; nothing in a replay, which shows its file."""
        status = self.feed.status()
        return [] if status.replay else [listing for listing in needed() if listing not in status.listings]

    def _subscribe(self, newcomers: list[Listing]) -> None:
        """Watch these as well. What is no longer needed stays until the process ends: no minute of it is cut off."""
        if newcomers:
            self.feed.subscribe([*self.feed.status().listings, *newcomers])

    def _lacks_from(self, listing: Listing, current: datetime) -> datetime:
        newest, still_open = newest_closed([listing]).get(listing), open_bars([listing]).get(listing)
        begin = newest + MINUTE if newest else current - BEHIND
        if still_open is not None:
            begin = min(begin, still_open.minute)
        return max(begin, current - BEHIND)

    def _missed(self, fold: Fold, now: datetime) -> Step | None:
        """The next piece of history; None while no listing lacks any that is over. What polls tell whole is not asked for."""
        current = minute_of(self.feed.market_time(now))
        upto = {listing: min(current, self._whole_from.get(listing, current)) for listing in self._missing}
        lacking = [listing for listing, start in self._missing.items() if start < upto[listing]]
        if not lacking:
            self._missing = {one: start for one, start in self._missing.items() if not self._is_whole(one, start)}
            return None
        start = self._missing[lacking[0]]
        end = min(start + PIECE, upto[lacking[0]])
        rows = self.feed.history(lacking[0], start, end)
        return Step(self._usable(rows), fold, covered=(lacking[0], end))

    def _is_whole(self, listing: Listing, minute: datetime) -> bool:
        """Whether polls tell this minute of a listing from its beginning."""
        return minute >= self._whole_from.get(listing, minute)

    def _polled(self, fold: Fold, now: datetime) -> Step | None:
        """The bars that the next poll changes; polls without any are passed over."""
        while True:
            batch = self.feed.poll(now)
            self._quotes |= {quote.listing: quote for quote in batch.quotes}
            result = folded(fold, batch)
            if result.late:
                log.warning("trades.late", feed=self.feed.name, count=result.late)
            rows = [row for row in result.rows if self._is_whole(row.listing, row.minute)]
            if rows:
                return Step(self._usable(rows), result.fold)
            fold = self._fold = result.fold
            if batch.at >= self.feed.market_time(now):
                return None

    def _usable(self, rows: list[BarRow]) -> tuple[BarRow, ...]:
        """Without the rows that cannot be recorded: one of them may not hold up all others."""
        good, faults = usable(rows)
        for fault in faults:
            log.warning("bar.refused", feed=self.feed.name, fault=fault)
        return tuple(good)


_making = Lock()
_made: list[BarIntake] = []  # one at most


def intake_of(feed: Feed) -> BarIntake:
    """The process's intake of its feed; another feed gets a new one."""
    with _making:
        if not _made or _made[0].feed is not feed:
            _made[:] = [BarIntake(feed)]
        return _made[0]
