"""The pace of rehearsals: TEMPO times the declared one, within bounds, for every job that runs in less than an hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from django.conf import settings

from jobs.registry import Declaration

SHORTEST = timedelta(milliseconds=200)
UNSCALED = timedelta(hours=1)
"""Intervals from here on stay as declared: housekeeping has nothing to rehearse."""
MILLISECOND = timedelta(milliseconds=1)


def scaled(every: timedelta) -> timedelta:
    """The interval that is really kept where `every` was declared: whole milliseconds, at least SHORTEST."""
    return at_tempo(every, settings.TEMPO)


def at_tempo(every: timedelta, tempo: int) -> timedelta:
    """`every` shortened `tempo` times (pure)."""
    if tempo == 1 or every >= UNSCALED:
        return every
    return max(every // tempo // MILLISECOND * MILLISECOND, SHORTEST)


def scaled_jobs(jobs: Iterable[Declaration]) -> Iterator[Declaration]:
    """The declarations with the intervals that they really keep; their timeouts stay."""
    for declaration in jobs:
        every = scaled(declaration.every)
        yield declaration if every == declaration.every else replace(declaration, every=every)
