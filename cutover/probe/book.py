"""What the socket has brought, topic by topic, and what each frame was: told for the tally; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from cutover.probe.folding import Folded
from cutover.probe.frames import NotAFrame, Seen, fault_of, parsed, reset_of, subscribed_of, unsubscribed_of
from realtime.features import Delivery, Match

TELLS_NOTHING = frozenset({"error_message", "pong", "stages", "heartbeat"})


@dataclass(frozen=True, slots=True)
class Heard:
    """What a frame was. `feature` is empty where that cannot be told. `came_at`: seconds on a wall clock.

    `is_live`: published while we listened; `interval`: seconds since the one before, of a STATE topic; `before`: what moment
    that one described. `fault`: what is wrong with it; `gaps`: numbers that never came before it.
    """

    feature: str
    came_at: float
    topic: str = ""
    as_of: datetime | None = None
    is_live: bool = False
    interval: float | None = None
    before: datetime | None = None
    fault: str = ""
    gaps: int = 0


@dataclass(slots=True)
class Entry:
    """A topic's page: what it means, what was folded of it, and its newest message (when it came, what moment it described)."""

    match: Match
    folded: Folded
    newest: tuple[float, datetime] | None = None

    @property
    def feature(self) -> str:
        return self.match.feature.name


@dataclass(slots=True)
class Book:
    """`take` each frame in the order in which they came."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def follow(self, matches: Mapping[str, Match]) -> tuple[list[str], list[str]]:
        """From now on these topics; which are new, and which are followed no more."""
        new = [topic for topic in matches if topic not in self.entries]
        gone = [topic for topic in self.entries if topic not in matches]
        for topic in gone:
            del self.entries[topic]
        for topic in new:
            match = matches[topic]
            self.entries[topic] = Entry(match, Folded(match.stream.delivery is Delivery.EVENT))
        return new, gone

    def cursors(self) -> dict[str, str | None]:
        """Where each topic stands, to be taken up again; None where it must be read anew."""
        return {
            topic: str(entry.folded.cursor) if entry.folded.is_complete else None
            for topic, entry in self.entries.items()
        }

    def forget(self) -> None:
        """What came can no longer be relied on: everything is read anew."""
        for entry in self.entries.values():
            entry.folded, entry.newest = Folded(entry.folded.counts_each), None

    def reconnected(self) -> None:
        """There is a new socket: an interval across it tells nothing of the job."""
        for entry in self.entries.values():
            entry.newest = None

    def take_all(self, frames: Iterable[tuple[float, str | bytes]]) -> list[Heard]:
        """What each frame was; those that tell nothing are left out."""
        return [heard for came_at, text in frames if (heard := self.take(text, came_at)) is not None]

    def take(self, text: str | bytes, came_at: float) -> Heard | None:
        try:
            frame = parsed(text)
        except NotAFrame as fault:
            return Heard("", came_at, fault=str(fault))
        if frame.type in _CONTROL:
            return _CONTROL[frame.type](self, frame, came_at)
        entry = self.entries.get(frame.topic)
        if entry is None or frame.type in TELLS_NOTHING:
            return None
        return self._published(entry, frame, came_at)

    def _published(self, entry: Entry, frame: Seen, came_at: float) -> Heard | None:
        if fault := fault_of(frame, entry.match):
            self._count_numbers(entry, frame, came_at)
            return Heard(entry.feature, came_at, frame.topic, frame.as_of, fault=fault)
        gaps = entry.folded.gaps
        if frame.offset and not entry.folded.take(frame, came_at):
            return None
        return self._heard(entry, frame, came_at, entry.folded.gaps - gaps)

    @staticmethod
    def _count_numbers(entry: Entry, frame: Seen, came_at: float) -> None:
        """A faulty frame has its number all the same: it came, and leaves no gap."""
        if frame.offset and not frame.snapshot and frame.as_of is not None:
            entry.folded.take(frame, came_at)

    @staticmethod
    def _heard(entry: Entry, frame: Seen, came_at: float, gaps: int) -> Heard:
        assert frame.as_of is not None  # noqa: S101 - else it would be faulty
        newest, is_live = entry.newest, not frame.snapshot
        if is_live:
            entry.newest = came_at, frame.as_of
        has_interval = is_live and newest is not None and not entry.folded.counts_each
        return Heard(
            entry.feature,
            came_at,
            frame.topic,
            frame.as_of,
            is_live,
            interval=came_at - newest[0] if has_interval and newest else None,
            before=newest[1] if has_interval and newest else None,
            gaps=gaps,
        )

    def _subscribed(self, frame: Seen, came_at: float) -> Heard | None:
        try:
            told = subscribed_of(frame.data)
        except msgspec.DecodeError as fault:
            return Heard("", came_at, fault=str(fault))
        if entry := self.entries.get(told.topic):
            entry.folded.begin(told, came_at)
        return None

    def _reset(self, frame: Seen, came_at: float) -> Heard | None:
        """Of an EVENT topic: in the same life of its line it is a gap that could not be filled."""
        try:
            told = reset_of(frame.data)
        except msgspec.DecodeError as fault:
            return Heard("", came_at, fault=str(fault))
        entry = self.entries.get(told.topic)
        if entry is None or entry.folded.former is None or entry.folded.former.epoch != told.epoch:
            return None
        newest = entry.folded.newest
        return Heard(entry.feature, came_at, told.topic, newest.as_of if newest else None, gaps=1)

    def _unsubscribed(self, frame: Seen, came_at: float) -> Heard | None:
        try:
            told = unsubscribed_of(frame.data)
        except msgspec.DecodeError as fault:
            return Heard("", came_at, fault=str(fault))
        if entry := self.entries.get(told.topic):
            entry.folded, entry.newest = Folded(entry.folded.counts_each), None
        return None


_CONTROL = {"subscribed": Book._subscribed, "reset": Book._reset, "unsubscribed": Book._unsubscribed}
