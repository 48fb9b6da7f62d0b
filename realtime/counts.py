"""What has happened in this process, in plain numbers: counting must cost nothing where messages go to many sockets."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

LATENCIES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
STAYS = (1.0, 10.0, 60.0, 600.0, 3600.0, 6 * 3600.0, 24 * 3600.0)


class Histogram:
    """How often a value fell below each bound."""

    def __init__(self, bounds: Sequence[float] = LATENCIES) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float, times: int = 1) -> None:
        self.counts[bisect_left(self.bounds, value)] += times
        self.total += value * times


class Counts:
    """The counters of one process. They belong to the thread of the server's loop, but for `published` and `trimmed`: the
    publisher counts in whatever thread it runs, and sees to it that no two count at once; only one job trims.
    """

    def __init__(self) -> None:
        self.published: Counter[str] = Counter()
        self.trimmed = 0
        self.opened: Counter[str] = Counter()
        self.closed: Counter[int] = Counter()
        self.open_by_writer: Counter[str] = Counter()
        self.stays = Histogram(STAYS)
        self.nudges = self.heard = 0
        self.delivered = 0
        self.dropped: Counter[str] = Counter()
        self.healed = self.unfillable = 0
        self.errors = 0
        """Errors that the socket code has logged (`realtime.faults` counts them, in whatever thread)."""
        self.latency = Histogram()
        self.told_at = 0.0
        """When what the hub is passing on was published, in seconds since 1970; 0 where nobody knows."""

    def open(self, writer: str) -> None:
        """A signed-in client has a socket, whose frames go out by this kind of writer."""
        self.opened[writer] += 1
        self.open_by_writer[writer] += 1

    def close(self, writer: str, seconds: float) -> None:
        """Its socket is gone."""
        self.open_by_writer[writer] -= 1
        self.stays.observe(seconds)

    def flushed(self, frames: int, sockets: int, told_at: float, now: float) -> None:
        """So many frames went to so many sockets in one go; the first of them was published at `told_at` (0: unknown)."""
        self.delivered += frames * sockets
        if told_at and sockets:
            self.latency.observe(max(0.0, now - told_at), sockets)


counts = Counts()
