"""What is due: due times lie on multiples of a job's interval since 1970, whoever asks and whenever he started (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jobs.registry import Declaration

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A job's due time."""

    job: Declaration
    at: datetime


def due(jobs: Iterable[Declaration], settled: Mapping[str, datetime], now: datetime) -> Iterator[Due]:
    """The newest due time of each job, unless it is settled; older ones that were missed are skipped, not piled up.

    `settled` holds by name the newest due time that needs no further try. A job that it does not hold is due at once: a
    weekly job runs although nobody was up when its second came; the claim keeps it from running twice.
    """
    for declaration in jobs:
        at = newest_due_time(declaration.every, now)
        if declaration.name not in settled or at > settled[declaration.name]:
            yield Due(declaration, at)


def newest_due_time(every: timedelta, now: datetime) -> datetime:
    """The last multiple of `every` that is not after `now`."""
    return EPOCH + (now - EPOCH) // every * every


def skipped(settled: datetime | None, due_now: Due) -> int:
    """How many due times lie between the settled one and this one: they are never run."""
    return 0 if settled is None else max(0, (due_now.at - settled) // due_now.job.every - 1)


def until_next_tick(tick: timedelta, now: datetime) -> timedelta:
    """How long until the wall clock's next multiple of `tick`: waiting for it anew each time, ticks do not drift."""
    return newest_due_time(tick, now) + tick - now
