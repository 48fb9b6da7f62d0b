"""What the socket has brought of one topic, folded: where it stands, the states of late, and what never came; pure."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cutover.probe.frames import Seen
from realtime.contract import NOTHING_YET, Cursor, SubscribedPayload

MOST_STATES = 64
"""So many cursors of late can be compared at."""
MOST_ROWS = 390
"""So many of the newest rows of an EVENT topic are kept: as many as a snapshot has."""


@dataclass(frozen=True, slots=True)
class Row:
    """A payload as it came (JSON text), what moment it describes (market time), and when it came (seconds on a wall clock)."""

    text: bytes
    as_of: datetime
    came_at: float


@dataclass(slots=True)
class _Change:
    """What a publication did to a row, so that it can be undone."""

    offset: int
    as_of: datetime
    before: Row | None


@dataclass(slots=True)
class Folded:
    """One topic. `counts_each` (EVENT): rows by `as_of`, every number counts; else the newest payload is the whole state.

    `former`: where it stood before the subscription of now. `came_at`: when the frame with this offset came, of the newest
    MOST_STATES. `gaps`: numbers that never came.
    """

    counts_each: bool
    cursor: Cursor | None = None
    former: Cursor | None = None
    gaps: int = 0
    came_at: OrderedDict[int, float] = field(default_factory=OrderedDict)
    _states: OrderedDict[int, Row] = field(default_factory=OrderedDict)
    _rows: dict[datetime, Row] = field(default_factory=dict)
    _changes: deque[_Change] = field(default_factory=deque)
    _left: int = 0
    _before: set[str] = field(default_factory=set)

    @property
    def is_complete(self) -> bool:
        """Whether it stands somewhere, and all rows of its snapshot have come."""
        return self.cursor is not None and not self._left

    def begin(self, subscribed: SubscribedPayload, now: float) -> None:
        """A subscription stands: what was missed follows, or a snapshot, before which an EVENT topic begins anew."""
        top = Cursor(subscribed.epoch, subscribed.offset)
        self.former = self.cursor
        if subscribed.recovered:
            return
        if self.counts_each or self.cursor is None or self.cursor.epoch != top.epoch:
            self._clear(top.epoch)
        self._left = subscribed.rows
        if self.counts_each or not subscribed.rows:
            self._stand(top, now)

    def take(self, frame: Seen, came_at: float) -> bool:
        """Fold a numbered frame; False for one that was there already, or belongs to a former life of the line."""
        assert frame.as_of is not None  # noqa: S101 - a faulty frame is not folded
        row = Row(bytes(frame.data), frame.as_of, came_at)
        if frame.snapshot:
            return self._take_snapshot(frame.cursor, row)
        if frame.epoch in self._before or (self.cursor and self._is_known(frame.cursor)):
            return False
        self._count_gap(frame.cursor)
        if self.cursor is None or frame.epoch != self.cursor.epoch:
            self._clear(frame.epoch)
        if self.counts_each:
            self._put(frame.offset, row)
        self._stand(frame.cursor, came_at, row)
        return True

    def at(self, cursor: Cursor) -> Sequence[Row] | None:
        """The rows as they were at a cursor, oldest first; None where that is not known (any more, or yet)."""
        if self.cursor is None or cursor.epoch != self.cursor.epoch or cursor.offset not in self.came_at:
            return None
        if not self.counts_each:
            row = self._states.get(cursor.offset)
            return [] if row is None else [row]
        rows = dict(self._rows)
        for change in reversed(self._changes):
            if change.offset > cursor.offset:
                _undo(rows, change)
        return [rows[as_of] for as_of in sorted(rows)]

    @property
    def newest(self) -> Row | None:
        """The newest row."""
        if self.counts_each:
            return self._rows[max(self._rows)] if self._rows else None
        return next(reversed(self._states.values()), None)

    def came_after(self, offset: int) -> float | None:
        """When the first of what came after this offset came."""
        return next((at for known, at in self.came_at.items() if known > offset), None)

    def _is_known(self, cursor: Cursor) -> bool:
        assert self.cursor is not None  # noqa: S101 - asked where it stands somewhere
        return cursor.epoch == self.cursor.epoch and cursor.offset <= self.cursor.offset

    def _count_gap(self, cursor: Cursor) -> None:
        if not self.counts_each or self.cursor is None:
            return
        if self.cursor == NOTHING_YET or cursor.epoch == self.cursor.epoch:
            self.gaps += cursor.offset - self.cursor.offset - 1

    def _take_snapshot(self, cursor: Cursor, row: Row) -> bool:
        self._left = max(0, self._left - 1)
        if not self.counts_each:
            if self.cursor is not None and self._is_known(cursor):
                return False
            self._stand(cursor, row.came_at, row)
            return True
        is_new = row.as_of not in self._rows
        self._rows.setdefault(row.as_of, row)
        return is_new

    def _clear(self, epoch: str) -> None:
        """Begin anew, in this life of the line."""
        if self.cursor is not None and self.cursor.epoch not in ("", epoch):
            self._before.add(self.cursor.epoch)
        self._before.discard(epoch)
        self.cursor, self._left = None, 0
        for kept in (self.came_at, self._states, self._rows, self._changes):
            kept.clear()

    def _stand(self, cursor: Cursor, now: float, row: Row | None = None) -> None:
        self.cursor = cursor
        self.came_at[cursor.offset] = now
        if row is not None and not self.counts_each:
            self._states[cursor.offset] = row
        while len(self.came_at) > MOST_STATES:
            oldest, _ = self.came_at.popitem(last=False)
            self._states.pop(oldest, None)

    def _put(self, offset: int, row: Row) -> None:
        self._changes.append(_Change(offset, row.as_of, self._rows.get(row.as_of)))
        self._rows[row.as_of] = row
        if len(self._changes) > MOST_STATES:
            self._changes.popleft()
        if len(self._rows) > 2 * MOST_ROWS:
            for as_of in sorted(self._rows)[: -(MOST_ROWS + MOST_STATES)]:
                del self._rows[as_of]


def _undo(rows: dict[datetime, Row], change: _Change) -> None:
    if change.before is None:
        rows.pop(change.as_of, None)
    else:
        rows[change.as_of] = change.before
