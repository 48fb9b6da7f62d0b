"""What one client keeps: where it stands in each topic and what it holds, as the browser does; and what went wrong; pure."""

from __future__ import annotations

from array import array
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import msgspec

from chaos.sequence import is_ours

SETTLES_SECONDS = 5.0
"""A socket lost within this time after a snapshot's frame may have cut the snapshot short."""
Place = tuple[str, int]


class Seen(msgspec.Struct):
    """A frame, as far as this client needs it."""

    type: str
    data: msgspec.Raw
    topic: str = ""
    epoch: str = ""
    offset: int = 0
    snapshot: bool = False


class Rows:
    """Payloads by their JSON: parsed once, and kept once for all clients of a process."""

    def __init__(self) -> None:
        self._rows: dict[bytes, dict[str, Any]] = {}

    def of(self, data: msgspec.Raw) -> dict[str, Any]:
        text = bytes(data)
        row = self._rows.get(text)
        if row is None:
            row = self._rows[text] = parsed(data)
        return row


def parsed(data: msgspec.Raw) -> dict[str, Any]:
    return dict(msgspec.json.decode(data))


@dataclass
class Line:
    """One topic. `held` is what the client shows: by minute for events, one row for a state. `is_whole`: it has all from 1."""

    is_event: bool
    cursor: Place | None = None
    begun: Place | None = None
    is_mending: bool = False
    is_whole: bool = False
    snapshot_at: float | None = None
    held: dict[str, Any] = field(default_factory=dict)
    number: int | None = None
    offsets: array[int] = field(default_factory=lambda: array("q"))
    times: array[float] = field(default_factory=lambda: array("d"))


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that the report counts: when, in which topic, and how many of it."""

    at: float
    topic: str
    count: int = 1


class Ledger:
    """`wrong` has what may never happen: events lost, doubled or out of order without a `reset`, states that go back."""

    def __init__(self, event_heads: Collection[str], rows: Rows) -> None:
        self.lines: dict[str, Line] = {}
        self.wrong: list[str] = []
        self.resets: list[Happening] = []
        self.recovered: list[Happening] = []
        self.errors: list[str] = []
        self._event_heads = event_heads
        self._rows = rows

    def request(self, topic: str) -> str | dict[str, str]:
        """How a topic is asked for: with the cursor that we still have."""
        cursor = self._line(topic).cursor
        return topic if cursor is None else {"topic": topic, "cursor": f"{cursor[0]}:{cursor[1]}"}

    def take(self, frame: Seen, now: float) -> bool:
        """False where the frame shows a gap, and its topic must be asked for again."""
        if frame.type == "subscribed":
            self._stand(parsed(frame.data), now)
        elif frame.type == "reset":
            self._restart(parsed(frame.data), now)
        elif frame.type == "error_message":
            self.errors.append(parsed(frame.data)["error_code"])
        elif frame.offset:
            return self._numbered(self._line(frame.topic), frame, now)
        return True

    def lost_socket(self, now: float) -> None:
        """Mendings end with the socket, and a snapshot that may have been cut short counts for nothing."""
        for line in self.lines.values():
            line.is_mending, line.begun = False, None
            if line.snapshot_at is not None and now - line.snapshot_at < SETTLES_SECONDS:
                line.cursor = None
            line.snapshot_at = None

    def _line(self, topic: str) -> Line:
        line = self.lines.get(topic)
        if line is None:
            line = self.lines[topic] = Line(topic.split(".", maxsplit=1)[0] in self._event_heads)
        return line

    def _stand(self, data: dict[str, Any], now: float) -> None:
        line, place = self._line(data["topic"]), (data["epoch"], data["offset"])
        line.is_mending = False
        if data["recovered"]:
            if line.is_event and line.cursor is not None and place[1] > line.cursor[1]:
                self.recovered.append(Happening(now, data["topic"], place[1] - line.cursor[1]))
            return
        self._begin(line, place)

    def _restart(self, data: dict[str, Any], now: float) -> None:
        self.resets.append(Happening(now, data["topic"]))
        line = self._line(data["topic"])
        line.is_mending = False
        self._begin(line, (data["epoch"], data["offset"]))

    @staticmethod
    def _begin(line: Line, place: Place) -> None:
        line.begun, line.snapshot_at = place, None
        if line.is_event:
            line.cursor, line.number = None, None
            line.is_whole = place[1] == 0
            line.held.clear()

    def _numbered(self, line: Line, frame: Seen, now: float) -> bool:
        if line.is_mending:
            return True
        fault = _fault(line, frame)
        if fault:
            self.wrong.append(f"{frame.topic} {fault}: {line.cursor or line.begun}, then {frame.epoch}:{frame.offset}")
            line.is_mending = line.is_event and fault == "gap"
            return not line.is_mending
        line.cursor = (frame.epoch, frame.offset)
        line.snapshot_at = now if frame.snapshot else None
        row = self._rows.of(frame.data)
        line.held[row["timestamp_minute"] if line.is_event else ""] = row
        if is_ours(frame.topic):
            self._count(line, frame, row["volume"], now)
        return True

    def _count(self, line: Line, frame: Seen, number: int, now: float) -> None:
        """The content's own numbers: whatever the offsets say, event n + 1 comes after event n, and no state goes back."""
        before = line.number
        line.number = number
        line.offsets.append(frame.offset)
        line.times.append(now)
        if before is None or (number == before + 1 if line.is_event else number >= before):
            return
        self.wrong.append(f"{frame.topic} content: number {before}, then {number} (at {frame.epoch}:{frame.offset})")


def _fault(line: Line, frame: Seen) -> str:
    """What is wrong with a frame's place; empty where nothing is."""
    held = line.cursor or line.begun
    if held is None:
        return "" if frame.snapshot else "not subscribed"
    is_same = frame.epoch == held[0] or held == ("", 0)
    if frame.snapshot:
        return "goes back" if is_same and frame.offset < held[1] else ""
    if not is_same:
        return "gap" if line.is_event else ""
    if frame.offset <= held[1]:
        return "again"
    return "gap" if line.is_event and frame.offset > held[1] + 1 else ""


def differences(ledger: Ledger, truth: dict[str, Any]) -> list[str]:
    """In which topics the client's state is not the database's."""
    return [
        f"{topic}: {said}"
        for topic, line in ledger.lines.items()
        if topic in truth and (said := _difference(topic, line, truth))
    ]


def _difference(topic: str, line: Line, truth: dict[str, Any]) -> str:
    true = truth[topic]
    place = (true["epoch"], true["offset"])
    if line.cursor != place:
        return f"stands at {line.cursor}, the database at {place}"
    if line.is_event:
        return _difference_of_events(line, true)
    held = [row for row in line.held.values() if not _has_closed(topic, row, truth)]
    return "" if held == true["rows"] else "another row than the database's"


def _has_closed(topic: str, row: dict[str, Any], truth: dict[str, Any]) -> bool:
    """An open bar ends by the event of its closed one, not by a publication of its own."""
    closed = truth.get(topic.replace("bars_open.", "bars.", 1), {"rows": []})["rows"]
    return topic.startswith("bars_open.") and any(row["timestamp_minute"] == one["timestamp_minute"] for one in closed)


def _difference_of_events(line: Line, true: dict[str, Any]) -> str:
    rows = {row["timestamp_minute"]: row for row in true["rows"]}
    first = "" if line.is_whole else min(line.held, default="")
    expected = {minute: row for minute, row in rows.items() if minute >= first}
    return "" if line.held == expected else f"{len(line.held)} rows, the database has {len(expected)}"
