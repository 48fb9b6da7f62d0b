"""The gate read backwards: what spends the error budget of a feature whose pushed data is shown, in words; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cutover.checklist import many, number
from cutover.figures import Figures
from cutover.plans import SHORTEST_PATIENCE, Plan

LOOK_EVERY = timedelta(seconds=5)
LOOK_PATIENCE = max(3 * LOOK_EVERY, SHORTEST_PATIENCE)
"""Who has not looked for so long does not know how things are (wall time)."""
LEAST_BROKEN = 10
NAMED = 3
"""So many differing fields are named."""


class Storm(Protocol):
    """Sockets that broke within the last minute, and how many are open."""

    @property
    def broken(self) -> int: ...
    @property
    def connections(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What is known of a feature right now (wall time). `figures`: of this stay, nothing where nobody looked of late.

    `fields`: where REST and socket differed last. `last_run`: of its job. `watched_since`: for so long somebody has looked, without
    a break. `storm` is None where it is not known.
    """

    plan: Plan
    now: datetime
    watched_since: datetime
    last_run: datetime | None = None
    figures: Figures = field(default_factory=Figures)
    fields: Sequence[str] = ()
    storm: Storm | None = None


def spent(sighting: Sighting) -> str:
    """Why the feature must go back to REST, the gravest first; "" where it may stay.

    That REST lacks what the socket brought is no reason: going back would not mend it.
    """
    seen = sighting.figures
    faults = [
        _mismatches(seen.mismatches, sighting.fields),
        f"{many(seen.missing_socket, 'state')} missing on the socket" if seen.missing_socket else "",
        f"{many(seen.gaps, 'gap')} in the numbering" if seen.gaps else "",
        f"{many(seen.faulty, 'message')} with a faulty field" if seen.faulty else "",
        _stale(sighting),
        _storm(sighting.storm),
    ]
    return "; ".join(filter(None, faults))


def _mismatches(count: int, fields: Sequence[str]) -> str:
    if not count:
        return ""
    named = ", ".join(fields[:NAMED]) + (" …" if len(fields) > NAMED else "")
    return f"{number(count)} mismatch{'' if count == 1 else 'es'}" + (f": {named}" if named else "")


def _stale(sighting: Sighting) -> str:
    """Only while somebody watched: what a machine that slept, or a heartbeat that was away, left behind is not held against it."""
    since = max(filter(None, (sighting.last_run, sighting.watched_since)))
    age, limit = sighting.now - since, sighting.plan.patience
    return f"stale {age.total_seconds():.0f} s (limit {limit.total_seconds():g} s)" if age > limit else ""


def _storm(storm: Storm | None) -> str:
    if storm is None or storm.broken < max(LEAST_BROKEN, storm.connections / 2):
        return ""
    return (
        f"reconnect storm: {many(storm.broken, 'socket')} broke within a minute, {number(storm.connections)} are open"
    )
