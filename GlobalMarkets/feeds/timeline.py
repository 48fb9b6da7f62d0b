"""Pure: which market time a replay shows after so many seconds of playing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from GlobalMarkets.feeds.minutes import MINUTE, minute_of

STRETCH = timedelta(minutes=5)  # a longer stretch without rows is jumped over
EDGE = timedelta(minutes=1)  # what is still played at either end of such a stretch


class Timeline:
    """Market time as a function of seconds played: it runs, jumps over long stretches without rows, and stops.

    A jump lands a minute before the next row is released, which for minute bars is the bar's own start:
    the clock never passes a row that waits behind the stretch.
    """

    def __init__(self, releases: Sequence[datetime], width: timedelta) -> None:
        self.begin = releases[0] - width
        last = releases[-1]
        self.end = last if minute_of(last) == last else minute_of(last) + MINUTE
        self._played = [0.0]
        self._market = [self.begin]
        for before, after in pairwise(releases):
            if after - before > STRETCH:
                self._jump(before + EDGE, after - EDGE)
        self._length = self._played[-1] + (self.end - self._market[-1]).total_seconds()

    def _jump(self, leave: datetime, land: datetime) -> None:
        self._played.append(self._played[-1] + (leave - self._market[-1]).total_seconds())
        self._market.append(land)

    def at(self, played: float) -> datetime:
        """The market time after `played` seconds; never past the end."""
        second = min(max(played, 0.0), self._length)
        knot = bisect_right(self._played, second) - 1
        return self._market[knot] + timedelta(seconds=second - self._played[knot])
