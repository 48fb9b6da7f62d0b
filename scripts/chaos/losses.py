"""Which nudges never reached a web process that was there, and how often its hub healed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos.switches import HEALED, HEARD, read_notes
from chaos.windows import Told, Window, place_of


@dataclass(frozen=True, slots=True)
class Life:
    """One process of a web server: its number, from when it listened until it ended; seconds since 1970."""

    name: str
    pid: int
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class Witness:
    """What one life heard, and when it healed how many topics."""

    life: Life
    heard: frozenset[tuple[str, int]]
    heals: Sequence[tuple[float, int]]

    def missed(self, told: Sequence[Told]) -> int:
        """How many of these it should have heard, and never did."""
        due = [one for one in told if self.life.begin <= one.at < self.life.end]
        return sum((one.topic, one.offset) not in self.heard for one in due)

    def healed(self, window: Window) -> int:
        return sum(count for at, count in self.heals if window.begin <= at < window.until)


def witness_of(folder: Path, life: Life) -> Witness:
    heard = read_notes(folder / f"{HEARD}-{life.name}-{life.pid}.notes")
    healed = read_notes(folder / f"{HEALED}-{life.name}-{life.pid}.notes")
    return Witness(life, frozenset(place_of(text) for _, text in heard), [(at, int(text)) for at, text in healed])
