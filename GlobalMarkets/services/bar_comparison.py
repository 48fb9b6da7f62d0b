"""Compares recorded bars with stored ones: pure, from two lists to the rows that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from GlobalMarkets.feeds.port import BarRow

FIGURES = ("open", "high", "low", "close", "volume", "closed")


@dataclass(frozen=True, slots=True)
class Difference:
    """One minute of a symbol that is not the same; a side without a row is None."""

    symbol: str
    minute: datetime
    recorded: BarRow | None
    stored: BarRow | None

    @property
    def fields(self) -> tuple[str, ...]:
        """The figures that differ; none where a side is missing."""
        if self.recorded is None or self.stored is None:
            return ()
        return tuple(name for name in FIGURES if getattr(self.recorded, name) != getattr(self.stored, name))


def differences(recorded: Iterable[BarRow], stored: Iterable[BarRow]) -> Iterator[Difference]:
    """What differs, by minute and symbol."""
    ours = {(bar.minute, bar.country, bar.symbol): bar for bar in stored}
    theirs = {(bar.minute, bar.country, bar.symbol): bar for bar in recorded}
    for key in sorted(ours.keys() | theirs.keys()):
        difference = Difference(key[2], key[0], theirs.get(key), ours.get(key))
        if difference.fields or difference.recorded is None or difference.stored is None:
            yield difference
