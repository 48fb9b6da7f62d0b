"""The times in which a fault had its effects, and what was committed in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chaos.switches import TOLD, read_notes


class Window(NamedTuple):
    """A fault began, it ended, and its effects were watched until: seconds since 1970."""

    fault: str
    begin: float
    end: float
    until: float


class Told(NamedTuple):
    """A numbered publication that was committed: when, and where it stands."""

    at: float
    topic: str
    offset: int


def told_in(folder: Path, windows: Sequence[Window]) -> dict[Window, list[Told]]:
    """What was committed in each window, by all processes."""
    told = sorted(Told(at, *place_of(text)) for path in folder.glob(f"{TOLD}-*") for at, text in read_notes(path))
    times = [one.at for one in told]
    return {window: told[bisect_left(times, window.begin) : bisect_left(times, window.until)] for window in windows}


def place_of(text: str) -> tuple[str, int]:
    topic, _, offset = text.rpartition(" ")
    return topic, int(offset)
