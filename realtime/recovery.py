"""Decides, from cursors alone, how a client is brought to the top of a topic; no Django, no asyncio."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from realtime.contract import NOTHING_YET, Cursor


class Way(Enum):
    """How a client comes to the top: it is there; by what it missed; by a snapshot; or by a snapshot after a told loss."""

    THERE = "there"
    MISSED = "missed"
    SNAPSHOT = "snapshot"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Line:
    """What the history knows of a topic: its top, and the lowest offset that it still keeps (None: it keeps none)."""

    top: Cursor
    oldest: int | None
    every_one_counts: bool


def way_to_top(line: Line, client: Cursor | None) -> tuple[Way, str]:
    """How to bring a client with this cursor to the top, and the reason to tell where something was lost."""
    if client is None:
        return Way.SNAPSHOT, ""
    if client == line.top:
        return Way.THERE, ""
    if not line.every_one_counts:
        return Way.SNAPSHOT, ""
    return _by_history(line, client)


def _by_history(line: Line, client: Cursor) -> tuple[Way, str]:
    same_line = client.epoch == line.top.epoch or client == NOTHING_YET
    if not same_line:
        return Way.RESET, "the numbering began anew"
    if client.offset > line.top.offset:
        return Way.RESET, "the cursor lies ahead of the topic"
    if line.oldest is None or line.oldest > client.offset + 1:
        return Way.RESET, "the history no longer reaches back that far"
    return Way.MISSED, ""
