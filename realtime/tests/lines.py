"""A topic's history in memory, for the laws of the line and of the subscriber."""

from __future__ import annotations

from realtime import recovery
from realtime.catching_up import CatchUp
from realtime.contract import NOTHING_YET, Cursor, Frame, Publication, encode_frame
from realtime.history import Found
from realtime.recovery import Way, way_to_top


def make_publication(offset: int, epoch: str = "e1", topic: str = "t", value: int | None = None) -> Publication:
    data = {"value": offset if value is None else value}
    text = encode_frame(Frame(type="t", data=data, topic=topic, epoch=epoch, offset=offset))
    return Publication(topic, epoch, offset, text)


class HistoryModel:
    """What the database holds of one topic: `values` are its rows, `kept` the publications that were not trimmed."""

    def __init__(self, every_one_counts: bool, topic: str = "t") -> None:
        self.every_one_counts, self.topic = every_one_counts, topic
        self.top = NOTHING_YET
        self.lives = 1
        self.values: list[int] = []
        self.kept: list[Publication] = []

    def publish(self, value: int) -> Publication:
        epoch = self.top.epoch or f"e{self.lives}"
        publication = make_publication(self.top.offset + 1, epoch, self.topic, value)
        self.top = publication.cursor
        self.values.append(value)
        self.kept = [*self.kept, publication] if self.every_one_counts else [publication]
        return publication

    def trim(self, keep: int) -> None:
        self.kept = self.kept[max(0, len(self.kept) - keep) :] if self.every_one_counts else self.kept

    def begin_anew(self) -> None:
        """The topic's row is gone, as after a database was made anew; the domain's rows are still there."""
        self.top, self.kept = NOTHING_YET, []
        self.lives += 1

    def since(self, offset: int) -> list[Publication]:
        return [publication for publication in self.kept if publication.offset > offset]

    def beyond(self, cursor: Cursor) -> Found | None:
        if not self.top.epoch or self.top == cursor:
            return None
        return Found(self.top, self.since(cursor.offset if cursor.epoch == self.top.epoch else 0))

    def catch_up(self, client: Cursor | None) -> CatchUp:
        """As `catching_up.catch_up` does it, at one instant."""
        oldest = self.kept[0].offset if self.kept and self.every_one_counts else None
        way, loss = way_to_top(recovery.Line(self.top, oldest, self.every_one_counts), client)
        if way is Way.THERE:
            return CatchUp(self.top, True, "", [])
        if way is Way.MISSED and client is not None:
            return CatchUp(self.top, True, "", [publication.text for publication in self.since(client.offset)])
        recovered = client is not None and not loss and client.epoch == self.top.epoch
        return CatchUp(self.top, recovered, loss, [self._snapshot_frame(value) for value in self.shown()])

    def shown(self) -> list[int]:
        return self.values if self.every_one_counts else self.values[-1:]

    def _snapshot_frame(self, value: int) -> str:
        place = {"topic": self.topic, "epoch": self.top.epoch, "offset": self.top.offset}
        return encode_frame(Frame(type="t", data={"value": value}, snapshot=True, **place))
