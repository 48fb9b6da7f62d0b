"""What was seen of a feature in a session, in numbers that add up: the probe gathers them, the gate judges them; pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import msgspec

LAG_BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
"""Upper bounds of the classes in which lags are counted; one class more takes the rest."""

MOST_STATES = 64
"""So many different states are told apart; more need not be known."""


class Figures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts of one stretch of time; two stretches add up.

    `covered_ms`: market time in which the probe had its socket and looked. `frames`: messages that arrived.
    `states`: digests of the different payloads that were compared and found equal, at most MOST_STATES.
    Comparisons by outcome: `matches`, `mismatches`, `ignored`, `missing_rest`, `missing_socket`, `stale_rest`,
    `not_comparable`; `noise`: REST differed from REST at one version.
    `faulty`: frames of which a field was missing or of another type. `gaps`: numbers that never came.
    `drops`: the probe's own connections that were lost in market hours. `stale_looks`: looks at which the job's last completed run
    was too old, the oldest by `stale_ms`.
    `intervals` between messages of one topic, their sum and sum of squares in ms, and `late_intervals`: those over 1.5 intervals.
    `lags`: how many messages fell into each class of LAG_BOUNDS_MS, from `as_of` to the probe.
    `errors`: errors that the socket code logged. `timer_polls`: REST calls by dashboards' timers. `program_calls`: by programs.
    `cpu_ms` of the web processes over `client_ms` of open dashboards, and `rss_bytes`, the most that they held: shown, not judged.
    """

    covered_ms: int = 0
    looks: int = 0
    frames: int = 0
    states: tuple[str, ...] = ()
    matches: int = 0
    mismatches: int = 0
    ignored: int = 0
    missing_rest: int = 0
    missing_socket: int = 0
    stale_rest: int = 0
    not_comparable: int = 0
    noise: int = 0
    noise_checks: int = 0
    faulty: int = 0
    gaps: int = 0
    drops: int = 0
    stale_looks: int = 0
    stale_ms: int = 0
    intervals: int = 0
    interval_ms: int = 0
    interval_ms_squared: int = 0
    late_intervals: int = 0
    lags: tuple[int, ...] = ()
    errors: int = 0
    timer_polls: int = 0
    program_calls: int = 0
    cpu_ms: int = 0
    client_ms: int = 0
    rss_bytes: int = 0

    def __add__(self, other: Figures) -> Figures:
        joined: dict[str, Any] = {name: _joined(name, getattr(self, name), getattr(other, name)) for name in _NAMES}
        return Figures(**joined)

    @property
    def compared(self) -> int:
        """Comparisons that told something."""
        return self.matches + self.mismatches + self.ignored + self.missing_rest + self.missing_socket + self.stale_rest


_NAMES = Figures.__struct_fields__
_MOST = frozenset({"stale_ms", "rss_bytes"})


def _joined(name: str, ours: Any, theirs: Any) -> Any:
    if name == "states":
        return tuple(dict.fromkeys((*ours, *theirs)))[:MOST_STATES]
    if name == "lags":
        return _sum(ours, theirs)
    return max(ours, theirs) if name in _MOST else ours + theirs


def _sum(ours: Sequence[int], theirs: Sequence[int]) -> tuple[int, ...]:
    if not (ours and theirs):
        return tuple(ours or theirs)
    return tuple(one + other for one, other in zip(ours, theirs, strict=True))


def lag_classes(lags_ms: Sequence[float]) -> tuple[int, ...]:
    """Lags in ms, counted by class."""
    counts = [0] * (len(LAG_BOUNDS_MS) + 1)
    for lag in lags_ms:
        counts[bisect_left(LAG_BOUNDS_MS, lag)] += 1
    return tuple(counts)


def lag_within_ms(figures: Figures, share: float) -> int | None:
    """The bound in ms within which such a share of the messages came (0.99: 99 %); None where none came, or beyond the last."""
    wanted, seen = share * sum(figures.lags), 0
    for bound, count in zip(LAG_BOUNDS_MS, figures.lags, strict=False):
        seen += count
        if seen >= wanted and seen:
            return bound
    return None
