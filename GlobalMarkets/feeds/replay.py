"""The replay feed: recorded bars at any speed, with a clock of its own."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from GlobalMarkets.feeds.minutes import MINUTE
from GlobalMarkets.feeds.port import BarRow, FeedBatch, FeedSettingsError, FeedStatus, Listing, ReplayStatus
from GlobalMarkets.feeds.recording import Recording, Row, bar_of, trades_of
from GlobalMarkets.feeds.timeline import Timeline

CHUNK = 500  # rows of one poll, and so of one transaction; rows of one instant stay together
MAX = "max"


def speed_of(text: str) -> float | None:
    """Replay seconds per second, None for `max`; a FeedSettingsError names what else was asked for."""
    if text == MAX:
        return None
    try:
        factor = Decimal(text)
    except InvalidOperation:
        factor = Decimal(0)
    if not factor.is_finite() or not 0 < factor <= 1_000_000:
        raise FeedSettingsError(f"SPEED={text!r} is neither max nor a number above 0 (at most 1000000)")
    return float(factor)


class ReplayFeed:
    """Releases each row when it was known: a minute bar at its start + 60 s, a second bar at its start + 1 s.

    The clock begins at the first row's start when first polled, and never passes a row that has not been polled. Where polls
    come further apart than `longest_wait` it stands still meanwhile: a machine that cannot keep up, or slept, skips nothing.
    """

    name = "replay"

    def __init__(self, recording: Recording, speed: str = "60", longest_wait: timedelta | None = None) -> None:
        self.recording = recording
        self.speed = speed
        self._factor = speed_of(speed)
        self._releases = [row.start + recording.width for row in recording.rows]
        self._timeline = Timeline(self._releases, recording.width)
        self._next = 0
        self._at = self._timeline.begin
        self._longest_wait = longest_wait
        self._played = timedelta()
        self._polled: datetime | None = None

    def subscribe(self, listings: Iterable[Listing]) -> None:
        """Nothing: a replay shows what its file holds."""

    def poll(self, now: datetime) -> FeedBatch:
        """The rows that have become due, at most a chunk; `at` stays below the rows that are still waiting."""
        self._played, self._polled = self._played_at(now), now
        clock = self._clock(now)
        due = len(self._releases) if clock is None else bisect_right(self._releases, clock)
        first, self._next = self._next, self._chunk_end(due)
        self._at = max(self._at, self._told(due, clock))
        return self._batch(self.recording.rows[first : self._next])

    def market_time(self, now: datetime) -> datetime:
        """The replay's time; at `max` it is where the polls have come to."""
        clock = self._clock(now)
        if clock is None:
            return self._at
        waiting = self._releases[self._next : self._next + 1]
        return max(self._at, min([clock, *waiting]))

    def history(self, listing: Listing, start: datetime, end: datetime) -> list[BarRow]:
        """The closed bars of the file whose minute lies in [start, end) and is over for the replay."""
        bars = self.recording.minute_bars(row for row in self.recording.rows if row.listing == listing)
        return [bar for bar in bars if start <= bar.minute < end and bar.minute + MINUTE <= self._at]

    def status(self) -> FeedStatus:
        """A description for people."""
        finished = self._next == len(self._releases) and self._at >= self._timeline.end
        replay = ReplayStatus(self.recording.file, self.speed, self._at, finished, self._polled is not None)
        return FeedStatus(self.name, self.recording.listings, self._at, replay)

    def _clock(self, now: datetime) -> datetime | None:
        """Where the clock stands; None at `max`, where it does not wait."""
        if self._factor is None:
            return None
        played = self._played_at(now).total_seconds()
        return self._timeline.at(played * self._factor).astimezone(UTC)

    def _played_at(self, now: datetime) -> timedelta:
        """For how long it has been played, by the wall's clock."""
        since = max(now - self._polled, timedelta()) if self._polled else timedelta()
        return self._played + (since if self._longest_wait is None else min(since, self._longest_wait))

    def _chunk_end(self, due: int) -> int:
        """How many rows will have been given: a chunk more, rows of one release together, none that is not due."""
        wanted = self._next + CHUNK
        if wanted >= due:
            return max(due, self._next)
        return bisect_right(self._releases, self._releases[wanted - 1])

    def _told(self, due: int, clock: datetime | None) -> datetime:
        """Up to when everything has been given."""
        if self._next < due:
            return self._releases[self._next - 1]
        return self._timeline.end if clock is None else clock

    def _batch(self, rows: tuple[Row, ...]) -> FeedBatch:
        if not self.recording.by_second:
            return FeedBatch(self._at, bars=[bar_of(row) for row in rows])
        trades = [trade for row in rows for trade in trades_of(row)]
        return FeedBatch(self._at, trades=sorted(trades, key=lambda trade: trade.at))
