"""What `/ws/status` tells, look by look: errors that the socket code logged, and sockets that broke within a minute; pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

A_MINUTE = 60.0
WELL_MEANT = frozenset({"1000", "1001", "1005", "4000", "4030", "4501", "4503"})
"""Closes by which nobody was lost: the client left, or was sent away and knows why."""


class SocketsSeen(msgspec.Struct, frozen=True):
    connections: int
    closed: dict[str, int]


class StatusSeen(msgspec.Struct, frozen=True):
    """What of a process's answer is read."""

    process: int
    sockets: SocketsSeen
    errors_logged: int = 0


@dataclass(frozen=True, slots=True)
class Storm:
    """Sockets that broke within the last minute, and how many are open, in the processes that answered of late."""

    broken: int
    connections: int


@dataclass(slots=True)
class _Process:
    asked_at: float
    errors: int
    connections: int
    broken: deque[tuple[float, int]]


class Inquiry:
    """Give it each answer. Behind a proxy any of the processes may answer: each is known by its number."""

    def __init__(self) -> None:
        self._processes: dict[int, _Process] = {}

    def take(self, seen: StatusSeen, now: float) -> int:
        """How many errors this process has logged since it answered last; the first answer tells where it stands."""
        broken = broken_of(seen.sockets.closed)
        known = self._processes.get(seen.process)
        if known is None or seen.errors_logged < known.errors or broken < known.broken[-1][1]:
            self._processes[seen.process] = _Process(
                now, seen.errors_logged, seen.sockets.connections, deque([(now, broken)])
            )
            return 0
        errors = seen.errors_logged - known.errors
        known.asked_at, known.errors, known.connections = now, seen.errors_logged, seen.sockets.connections
        known.broken.append((now, broken))
        while len(known.broken) > 1 and known.broken[1][0] <= now - A_MINUTE:
            known.broken.popleft()
        return errors

    def storm(self, now: float) -> Storm | None:
        """None where no process has answered within a minute."""
        lately = [process for process in self._processes.values() if process.asked_at > now - A_MINUTE]
        if not lately:
            return None
        return Storm(sum(_increase(one) for one in lately), sum(one.connections for one in lately))


def _increase(process: _Process) -> int:
    return process.broken[-1][1] - process.broken[0][1]


def broken_of(closed: Mapping[str, int]) -> int:
    """How many sockets ended in another way than was meant."""
    return sum(times for code, times in closed.items() if code not in WELL_MEANT)
