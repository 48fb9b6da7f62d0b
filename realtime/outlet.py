"""One client's way out with its back-pressure: past a bound of unread bytes the client is held back until it has read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from realtime.backlog import Backlog, Outgoing
from realtime.counts import counts
from realtime.frames import Ready
from realtime.writer import Writer

UNREAD_BYTES = 65_536
PATIENCE_SECONDS = 10.0


class Relief(Enum):
    """What came of looking after a held client: it reads again, it does not yet, or it had its time."""

    FLOWS = "flows"
    WAITS = "waits"
    TOO_SLOW = "too slow"


def pieces(texts: Sequence[str], characters: int = UNREAD_BYTES) -> Iterator[list[str]]:
    """The texts in order, cut where a piece has that many characters: each piece is for one `send`."""
    piece: list[str] = []
    size = 0
    for text in texts:
        piece.append(text)
        size += len(text)
        if size >= characters:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


class Outlet:
    """`write` sends at once, or keeps for a held client what it must not lose. The caller looks after held ones by `relieve`."""

    def __init__(self, writer: Writer, unread: int = UNREAD_BYTES, patience: float = PATIENCE_SECONDS) -> None:
        self.writer = writer
        self.held_since: float | None = None
        self._unread, self._patience = unread, patience
        self._backlog = Backlog()

    @property
    def is_held(self) -> bool:
        return self.held_since is not None

    def overflows(self, buffered: int) -> bool:
        """Whether a client with so many unread bytes is to be held back."""
        return buffered > self._unread

    def write(self, outgoing: Outgoing, now: float) -> bool:
        """False where a held client may not have one more of these waiting: the frame is not kept."""
        if self.is_held:
            return self._keep(outgoing)
        self.send([outgoing.text], now)
        return True

    def _keep(self, outgoing: Outgoing) -> bool:
        waited = len(self._backlog)
        is_kept = self._backlog.add(outgoing)
        if not is_kept:
            counts.dropped["overflow"] += 1
        elif len(self._backlog) == waited:
            counts.dropped["conflated"] += 1  # it took the place of an older state
        return is_kept

    def send(self, texts: Sequence[str], now: float) -> None:
        """Several frames in one piece, to a client that is not held."""
        counts.delivered += len(texts)
        if self.overflows(self.writer.write(Ready(texts))):
            self.hold(now)

    def hold(self, now: float) -> None:
        """Keep, from now on, what is for this client (`now` in seconds of any clock that does not go back)."""
        if self.held_since is None:
            self.held_since = now

    def relieve(self, now: float) -> Relief:
        """Once it has read everything, send what waited in one piece. A client that takes too long is too slow."""
        if self.held_since is None:
            return Relief.FLOWS
        if self.writer.buffered() > 0:
            return Relief.TOO_SLOW if now - self.held_since >= self._patience else Relief.WAITS
        self.held_since = None
        if waited := self._backlog.take():
            self.send(waited, now)
        return Relief.WAITS if self.is_held else Relief.FLOWS
