"""What tests of features use: a clock that stands still, a client without a socket, and the law that live equals fresh."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from django.db import connections, transaction

from realtime import features, history
from realtime.backlog import Outgoing
from realtime.catching_up import NotYours, catch_up
from realtime.contract import NOTHING_YET, Cursor, Publication, encode
from realtime.features import Delivery, Feature, Match, Params, Stream
from realtime.reading import read_topic, snapshot_frames
from realtime.subscriber import Answer, Subscriber, Subscription, refusal

_digits = msgspec.json.Decoder(float_hook=str)
"""Figures as they are written, so that 1.50 and 1.5 differ."""

Json = dict[str, Any]
T = TypeVar("T")


class FakeClock:
    """Tells the same time until it is moved; call it, or pass `clock.at`."""

    def __init__(self, at: datetime = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


async def in_thread(do: Callable[..., T], *arguments: Any) -> T:
    """Run what blocks (a change, a query) off the loop, in a thread whose database connection is closed after."""

    def with_own_connection() -> T:
        try:
            return do(*arguments)
        finally:
            connections.close_all()

    return await asyncio.to_thread(with_own_connection)


@contextmanager
def only(*declared: Feature) -> Iterator[None]:
    """These features are declared and no others, for as long as the block lasts."""
    before = features.features()
    for feature in before:
        features.registry.forget(feature.name)
    try:
        for feature in declared:
            features.register(feature)
        yield
    finally:
        for feature in features.features():
            features.registry.forget(feature.name)
        for feature in before:
            features.register(feature)


@dataclass
class SubscriberDriver:
    """One client without a socket: it says frames, is caught up at once, hears publications; `frames` is what it was sent."""

    user: Any
    clock: Callable[[], datetime] = field(default_factory=FakeClock)
    find: Callable[[str], Match | None] = features.match
    frames: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.subscriber = Subscriber(self.find)

    def say(self, frame: Json) -> list[Json]:
        """Send a client's frame; what it leads to. A topic that is not this user's is answered as by the consumer."""
        return self._follow(self.subscriber.receive(encode(frame), self.clock()))

    def subscribe(self, topic: str, cursor: Cursor | None = None) -> list[Json]:
        wish = topic if cursor is None else {"topic": topic, "cursor": str(cursor)}
        return self.say({"type": "subscribe", "topics": [wish]})

    def hear(self) -> list[Json]:
        """Everything that was published since, as the history has it."""
        new: list[Json] = []
        for subscription in list(self.subscriber.subscriptions.values()):
            for publication in _beyond(subscription):
                frames = self.subscriber.publication(subscription, publication)
                if frames is None:
                    new += self._follow(Answer(joined=[self.subscriber.again(subscription)]))
                    break
                new += self._sent(frames)
        return new

    def cursor(self, topic: str) -> Cursor | None:
        subscription = self.subscriber.subscriptions.get(topic)
        return None if subscription is None else subscription.cursor

    def _follow(self, answer: Answer) -> list[Json]:
        new = self._sent(answer.frames)
        for subscription in answer.joined:
            new += self._sent(self._caught_up(subscription))
        return new

    def _caught_up(self, subscription: Subscription) -> list[Outgoing]:
        try:
            found = catch_up(self.user, subscription.match, subscription.wanted, {})
        except NotYours:
            return self.subscriber.refused(subscription, refusal(subscription.topic, self.clock()))
        rows = len(found.texts)
        frames = self.subscriber.found(subscription, found.cursor, found.recovered, found.loss, rows)
        self.subscriber.caught_up(subscription, found.cursor)
        return [*frames, *map(Outgoing, found.texts)]

    def _sent(self, frames: Sequence[Outgoing]) -> list[Json]:
        new = [_digits.decode(outgoing.text) for outgoing in frames]
        self.frames += new
        return new


def _beyond(subscription: Subscription) -> Sequence[Publication]:
    found = history.beyond({subscription.topic: subscription.cursor or NOTHING_YET})
    return found[subscription.topic].publications if found else []


def assert_live_parity(stream: Stream | str, params: Params, change: Callable[[], object]) -> None:
    """What a client shows by folding what it is sent while `change` runs equals what a fresh one is shown afterwards.

    `change` records and broadcasts; a `change` after which nothing differs proves nothing and fails. Rows of an EVENT
    topic are told apart by their `as_of`.
    """
    stream = features.stream(stream) if isinstance(stream, str) else stream
    if stream.delivery is Delivery.VOLATILE:
        raise AssertionError(f"{stream.name} is VOLATILE: it has no state that could be compared")
    match = Match(features.registry.feature_of(stream.name), stream, params)
    before = _fresh(match)
    cursor = history.top_of(stream.topic_of(params))
    with transaction.atomic():
        change()
    told = _told(stream.topic_of(params), cursor)
    fresh = _fresh(match)
    assert told, f"the change published nothing on {stream.topic_of(params)}"  # noqa: S101 - a test's own assertion
    assert fresh != before, f"the change changed nothing of {stream.topic_of(params)}"  # noqa: S101
    live = _folded(stream, before, told)[-len(fresh) :]
    assert live == fresh, f"live shows {live}, a fresh client {fresh}"  # noqa: S101


def _fresh(match: Match) -> list[Json]:
    return [_row(text) for text in snapshot_frames(match, read_topic(match.stream, match.params))]


def _told(topic: str, cursor: Cursor) -> list[Json]:
    top = history.top_of(topic)
    return [_row(p.text) for p in history.since(topic, cursor.offset if cursor.epoch == top.epoch else 0)]


def _row(text: str) -> Json:
    frame = _digits.decode(text)
    return {"type": frame["type"], "data": frame["data"], "as_of": frame["as_of"]}


def _folded(stream: Stream, before: Sequence[Json], told: Sequence[Json]) -> list[Json]:
    if stream.delivery is Delivery.STATE:
        return [told[-1]]
    rows = {row["as_of"]: row for row in [*before, *told]}
    return sorted(rows.values(), key=lambda row: str(row["as_of"]))
