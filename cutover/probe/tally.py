"""Counts by feature and session, which become figures; pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cutover.figures import MOST_STATES, Figures, lag_classes
from cutover.sessions import Session

Key = tuple[str, Session]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a moment of market time counts: in the session that is open, else in the last that closed (None: not known)."""

    session: Session | None
    is_open: bool


Places = Callable[[str, datetime], Place]
"""Of a feature's calendar, where a moment of market time counts."""


class Tally:
    """What was counted since it was taken last. A count without a session is lost: there is nothing that it could speak of."""

    def __init__(self) -> None:
        self._counts: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        self._most: defaultdict[Key, Counter[str]] = defaultdict(Counter)
        self._states: defaultdict[Key, dict[str, None]] = defaultdict(dict)
        self._lags: defaultdict[Key, list[float]] = defaultdict(list)

    def count(self, feature: str, place: Place, **amounts: int) -> None:
        """Whatever the hour: out of session it counts to the last one."""
        if place.session is not None:
            self._counts[feature, place.session].update(amounts)

    def count_open(self, feature: str, place: Place, **amounts: int) -> None:
        """Only while the session is open."""
        if place.is_open:
            self.count(feature, place, **amounts)

    def most(self, feature: str, place: Place, **amounts: int) -> None:
        """Of these the most is kept, while the session is open."""
        if place.session is not None and place.is_open:
            for name, amount in amounts.items():
                kept = self._most[feature, place.session]
                kept[name] = max(kept[name], amount)

    def state(self, feature: str, place: Place, digest: str) -> None:
        """A state that was compared and found equal."""
        if place.session is not None and place.is_open:
            self._states[feature, place.session][digest] = None

    def lag(self, feature: str, place: Place, milliseconds: float) -> None:
        if place.session is not None and place.is_open:
            self._lags[feature, place.session].append(milliseconds)

    def figures(self) -> Mapping[Key, Figures]:
        """All that was counted."""
        keys = dict.fromkeys([*self._counts, *self._most, *self._states, *self._lags])
        return {key: self._figures_of(key) for key in keys}

    def _figures_of(self, key: Key) -> Figures:
        counted: dict[str, Any] = {**self._counts.get(key, {}), **self._most.get(key, {})}
        lags = self._lags.get(key)
        return Figures(
            **counted,
            states=tuple(self._states.get(key, ()))[:MOST_STATES],
            lags=lag_classes(lags) if lags else (),
        )
