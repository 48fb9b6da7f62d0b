"""What stands at both ends of a client in the laws of delivery: a browser that folds, a wire, a clock that is moved."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from realtime.contract import Cursor
from realtime.frames import Ready


@dataclass
class Folded:
    """One topic as a browser shows it by docs/protocol.md; it complains where frames do not follow."""

    is_event: bool
    values: list[int] = field(default_factory=list)
    cursor: Cursor | None = None
    begun: Cursor | None = None
    still_to_come: int = 0
    is_in_snapshot: bool = False

    def subscribed(self, data: dict[str, Any]) -> None:
        self.begun = Cursor(data["epoch"], data["offset"])
        self.still_to_come = data["rows"]
        self.is_in_snapshot = not data["recovered"]
        if self.is_in_snapshot:
            self.cursor, self.values = self.begun, []

    def unsubscribed(self) -> None:
        self.values, self.cursor, self.begun = [], None, None

    def lose_the_socket(self) -> None:
        """Half a snapshot counts for nothing."""
        self.begun, self.cursor, self.still_to_come = None, self.place, 0

    @property
    def place(self) -> Cursor | None:
        """From where it may go on: a snapshot counts when all its rows have come."""
        return None if self.is_in_snapshot and self.still_to_come else self.cursor

    def fold(self, frame: dict[str, Any]) -> None:
        at = Cursor(frame.get("epoch", ""), frame.get("offset", 0))
        assert self.begun is not None, "nothing comes of a topic that was left"
        if frame.get("snapshot"):
            assert at == self.begun
        elif self.is_event:
            assert self.cursor is not None
            assert at.epoch == self.cursor.epoch or not self.cursor.epoch
            assert at.offset == self.cursor.offset + 1, "each event once, in order"
        else:
            assert self.cursor is None or at != self.cursor
        self.still_to_come = max(0, self.still_to_come - 1)
        value = frame["data"]["value"]
        self.values = [*self.values, value] if self.is_event else [value]
        self.cursor = at


class Browser:
    """What a person sees; topics that begin with `e` are EVENTs."""

    def __init__(self, *topics: str) -> None:
        self.topics = {topic: Folded(topic.startswith("e")) for topic in topics}

    def take(self, text: str) -> None:
        frame = json.loads(text)
        kind, data = frame["type"], frame["data"]
        assert kind in ("subscribed", "unsubscribed", "reset", "t"), text
        if kind == "subscribed":
            self.topics[data["topic"]].subscribed(data)
        elif kind == "unsubscribed":
            self.topics[data["topic"]].unsubscribed()
        elif kind == "t":
            self.topics[frame["topic"]].fold(frame)

    def lose_the_socket(self) -> None:
        for topic in self.topics.values():
            topic.lose_the_socket()


class Wire:
    """A writer whose client reads when it is told to."""

    def __init__(self) -> None:
        self.unread: list[str] = []

    def write(self, ready: Ready) -> int:
        self.unread.extend(ready.texts)
        return self.buffered()

    def buffered(self) -> int:
        return sum(map(len, self.unread))

    def read(self) -> list[str]:
        texts, self.unread = self.unread, []
        return texts

    async def run(self) -> None:
        """Nothing is needed beside it."""


class SlowTime:
    """The loop's clock for rooms: what was put off happens when the time is moved."""

    def __init__(self) -> None:
        self.now = 0.0
        self.later: list[tuple[float, Callable[[], object]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object]) -> None:
        self.later.append((when, callback))

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        due = [callback for when, callback in self.later if when <= self.now]
        self.later = [(when, callback) for when, callback in self.later if when > self.now]
        for callback in due:
            callback()
