"""One topic in this process: brings what the layer tells into order and knows when something is missing; pure."""

from __future__ import annotations

from collections.abc import Sequence

from realtime.contract import Cursor, Publication

WAITING = 1024


class Line:
    """`last` is the newest publication passed on; None until somebody has read where the topic stands."""

    def __init__(self, every_one_counts: bool) -> None:
        self.every_one_counts = every_one_counts
        self.last: Cursor | None = None
        self._waiting: dict[int, Publication] = {}
        self.began_anew = False

    @property
    def has_gap(self) -> bool:
        """Something came that does not follow: ask the history."""
        return self.last is not None and (self.began_anew or bool(self._waiting))

    def learn(self, cursor: Cursor) -> list[Publication]:
        """A reader found the topic at `cursor`; what waited and follows it."""
        if self.last is None:
            self.last = cursor
            self._forget_other_lives(cursor)
        return self._ready()

    def has_passed(self, cursor: Cursor) -> bool:
        """A client at `cursor` misses something that was passed on already."""
        return self.last is not None and self.last.epoch == cursor.epoch and cursor.offset < self.last.offset

    def lives_apart_from(self, cursor: Cursor) -> bool:
        """A client at `cursor` follows another numbering: one of the two was read before it began anew."""
        return self.last is not None and bool(self.last.epoch) and self.last.epoch != cursor.epoch

    def offer(self, publication: Publication) -> list[Publication]:
        """What may be passed on now, in order. A nudge may come twice, late, or never."""
        if publication.offset == 0:
            return [publication]
        if self.last is not None and self.last.epoch and publication.epoch != self.last.epoch:
            self.began_anew = True
            return []
        if self.last is not None and publication.offset <= self.last.offset:
            return []
        if len(self._waiting) < WAITING:
            self._waiting[publication.offset] = publication
        return self._ready()

    def fill(self, top: Cursor, found: Sequence[Publication]) -> list[Publication] | None:
        """What the history found beyond `last`, in order; None where it cannot fill the gap: everybody must read anew."""
        last, self.began_anew = self.last, False
        self._waiting = {p.offset: p for p in self._waiting.values() if p.epoch == top.epoch and p.offset > top.offset}
        if last is None or (last.epoch and last.epoch != top.epoch) or not self._reaches(last, top, found):
            self.last = top
            return None
        self.last = found[-1].cursor
        return [*found, *self._ready()]

    def nothing_missing(self) -> None:
        """The history stands where this line stands: a nudge of another epoch was a stray."""
        self.began_anew = False

    def _forget_other_lives(self, cursor: Cursor) -> None:
        if cursor.epoch:
            self._waiting = {offset: p for offset, p in self._waiting.items() if p.epoch == cursor.epoch}

    def _reaches(self, last: Cursor, top: Cursor, found: Sequence[Publication]) -> bool:
        if not found or found[-1].epoch != top.epoch:
            return False
        offsets = [publication.offset for publication in found]
        return not self.every_one_counts or offsets == list(range(last.offset + 1, last.offset + 1 + len(offsets)))

    def _ready(self) -> list[Publication]:
        if self.last is None or not self._waiting:
            return []
        if not self.every_one_counts:
            newest = self._waiting[max(self._waiting)]
            self._waiting.clear()
            return self._pass_on([newest] if newest.offset > self.last.offset else [])
        ready: list[Publication] = []
        at = self.last
        self._waiting = {offset: p for offset, p in self._waiting.items() if offset > at.offset}
        while (publication := self._waiting.pop(at.offset + 1, None)) is not None:
            if at.epoch and publication.epoch != at.epoch:
                break  # of another life, from before anybody knew which
            ready.append(publication)
            at = publication.cursor
        return self._pass_on(ready)

    def _pass_on(self, publications: list[Publication]) -> list[Publication]:
        if publications:
            self.last = publications[-1].cursor
        return publications
