"""What was measured, and what follows from it: medians, spreads and ratios within a round; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median


@dataclass(frozen=True, slots=True)
class Measurement:
    """One contender's stretch of deliveries. CPU in seconds per million deliveries; `lost`: lost, repeated or out of order."""

    rate: float
    cpu_per_million: float
    p50_ms: float
    p99_ms: float
    lost: int
    frames_per_segment: float
    client_busy: float
    server_busy: float


@dataclass(frozen=True, slots=True)
class Spread:
    """Several repeats of one figure."""

    middle: float
    least: float
    most: float


def spread(figures: Sequence[float]) -> Spread | None:
    """None where nothing was measured."""
    return Spread(median(figures), min(figures), max(figures)) if figures else None


@dataclass(frozen=True, slots=True)
class Way:
    """One row of the table: a contender, and how many messages it is asked for in one go."""

    contender: str
    together: int


Rounds = Sequence[Measurement | None]
"""One for each round, None where it was left out."""


@dataclass
class Results:
    """All measurements with one number of sockets, by round; in a round, contenders were measured one after the other."""

    sockets: int
    saturated: dict[Way, list[Measurement | None]] = field(default_factory=dict)
    paced: dict[Way, list[Measurement | None]] = field(default_factory=dict)
    kb_per_socket: dict[str, float] = field(default_factory=dict)

    def rate(self, way: Way) -> Spread | None:
        return spread([m.rate for m in self._saturated(way)])

    def cpu_saturated(self, way: Way) -> Spread | None:
        return spread([m.cpu_per_million for m in self._saturated(way)])

    def paced_figures(self, way: Way) -> list[Measurement]:
        return [m for m in self.paced.get(way, []) if m is not None]

    def frames_per_segment(self, way: Way) -> Spread | None:
        return spread([m.frames_per_segment for m in self._saturated(way)])

    def busy(self, way: Way) -> tuple[float, float]:
        """How much of their cores server and client used while saturated, in the middle."""
        measured = self._saturated(way)
        return median(m.server_busy for m in measured), median(m.client_busy for m in measured)

    def lost(self, way: Way) -> int:
        return sum(m.lost for m in [*self._saturated(way), *self.paced_figures(way)])

    def rate_ratio(self, way: Way, to: Way) -> Spread | None:
        """`way`'s deliveries to another's, round by round."""
        return spread(_ratios(self.saturated.get(way, []), self.saturated.get(to, []), "rate"))

    def p99_ratio(self, way: Way, to: Way) -> Spread | None:
        return spread(_ratios(self.paced.get(way, []), self.paced.get(to, []), "p99_ms"))

    def _saturated(self, way: Way) -> list[Measurement]:
        return [m for m in self.saturated.get(way, []) if m is not None]


def _ratios(ours: Rounds, others: Rounds, figure: str) -> list[float]:
    pairs = zip(ours, others, strict=False)
    return [getattr(a, figure) / getattr(b, figure) for a, b in pairs if a is not None and b is not None]
