"""One client, without its socket: what it asked for, where it stands in each topic, what it is sent; no Django, no asyncio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from realtime.backlog import Outgoing, Weight
from realtime.codes import ErrorCode
from realtime.contract import (
    BadCursor,
    BadFrame,
    ClientFrame,
    Cursor,
    Ping,
    Publication,
    ResetPayload,
    Subscribe,
    SubscribedPayload,
    TopicAt,
    Unsubscribe,
    UnsubscribedPayload,
    control,
    error,
    parse,
    pong,
)
from realtime.features import Delivery, Match

MAX_TOPICS = 2000
MAX_FRAME_CHARACTERS = 65_536
WAITING_FOR_SNAPSHOT = 1024


@dataclass(slots=True, eq=False)
class Subscription:
    """One topic of one client. `cursor` is None until it has caught up; what is published meanwhile waits.

    While it is in step with its room, `cursor` lags behind: the room knows where it stands.
    `is_missing`: something beyond `cursor` could not be kept, so the rest must be read anew.
    """

    topic: str
    match: Match
    wanted: Cursor | None
    cursor: Cursor | None = None
    waiting: list[Publication] = field(default_factory=list)
    is_missing: bool = False

    @property
    def weight(self) -> Weight:
        return Weight.EVENT if self.match.stream.delivery is Delivery.EVENT else Weight.STATE


@dataclass(slots=True)
class Answer:
    """What a client's frame leads to: frames to send, subscriptions to catch up, topics that are left."""

    frames: list[Outgoing] = field(default_factory=list)
    joined: list[Subscription] = field(default_factory=list)
    left: list[Subscription] = field(default_factory=list)


class Subscriber:
    """The caller sends the frames, passes on publications, and catches up what `joined` names.

    That is: it sends what `found` answers and then the texts that were found (reporting by `told` how far it came), and
    at last passes on what `caught_up` says had to wait.
    """

    def __init__(self, find: Callable[[str], Match | None], max_topics: int = MAX_TOPICS) -> None:
        self._find = find
        self._max_topics = max_topics
        self.subscriptions: dict[str, Subscription] = {}
        self.acknowledged: Cursor | None = None

    # What the client says.

    def receive(self, text: str | bytes, now: datetime) -> Answer:
        answer = Answer()
        try:
            if len(text) > MAX_FRAME_CHARACTERS:
                raise BadFrame(f"a frame may have {MAX_FRAME_CHARACTERS} characters, this one has {len(text)}")
            self._obey(parse(text), answer, now)
        except (BadFrame, BadCursor) as fault:
            answer.frames.append(Outgoing(error(ErrorCode.BAD_FRAME, str(fault), now)))
        return answer

    def subscribe(self, topic: str, wanted: Cursor | None, answer: Answer, now: datetime) -> None:
        """Join a topic, or say why not. Naming it again begins anew at the given cursor."""
        match = self._find(topic)
        if match is None:
            answer.frames.append(Outgoing(refusal(topic, now)))
        elif topic not in self.subscriptions and len(self.subscriptions) >= self._max_topics:
            text = f"one socket may hold {self._max_topics} topics"
            answer.frames.append(Outgoing(error(ErrorCode.TOO_MANY_TOPICS, text, now, topic)))
        else:
            if topic in self.subscriptions:
                answer.left.append(self.subscriptions[topic])
            subscription = self.subscriptions[topic] = Subscription(topic, match, wanted)
            answer.joined.append(subscription)

    def _obey(self, frame: ClientFrame, answer: Answer, now: datetime) -> None:
        if isinstance(frame, Subscribe):
            wishes = [_wish(item) for item in frame.topics]
            for topic, cursor in wishes:
                self.subscribe(topic, cursor, answer, now)
        elif isinstance(frame, Unsubscribe):
            for topic in frame.topics:
                self._unsubscribe(topic, answer)
        elif isinstance(frame, Ping):
            answer.frames.append(Outgoing(pong(frame, now)))
        else:
            self.acknowledged = Cursor.parse(frame.cursor)

    def _unsubscribe(self, topic: str, answer: Answer) -> None:
        subscription = self.subscriptions.pop(topic, None)
        if subscription is not None:
            answer.left.append(subscription)
        answer.frames.append(Outgoing(control("unsubscribed", UnsubscribedPayload(topic))))

    # What the server has for it.

    @staticmethod
    def found(
        subscription: Subscription, cursor: Cursor, recovered: bool, loss: str = "", rows: int = 0
    ) -> list[Outgoing]:
        """A read found the topic at `cursor`: the answer, which so many rows follow, so that a client knows when it has all."""
        place = (subscription.topic, cursor.epoch, cursor.offset)
        frames = [Outgoing(control("subscribed", SubscribedPayload(*place, recovered, rows)))]
        if loss:
            frames.append(Outgoing(control("reset", ResetPayload(*place, loss))))
        return frames

    @staticmethod
    def told(subscription: Subscription, cursor: Cursor, left: int) -> None:
        """The client has what it missed but for the last `left` publications up to `cursor`: what begins anew, begins there."""
        subscription.wanted = Cursor(cursor.epoch, cursor.offset - left)

    def caught_up(self, subscription: Subscription, cursor: Cursor) -> list[Publication]:
        """The client stands at `cursor`: what was published meanwhile."""
        if not self.stands(subscription):
            return []
        subscription.cursor = cursor
        waited, subscription.waiting = subscription.waiting, []
        return waited

    def stands(self, subscription: Subscription) -> bool:
        """Whether the client still has it: it was not left, and not asked for anew."""
        return self.subscriptions.get(subscription.topic) is subscription

    def refused(self, subscription: Subscription, frame: str) -> list[Outgoing]:
        """The subscription does not come about; `frame` says why."""
        if self.stands(subscription):
            del self.subscriptions[subscription.topic]
        return [Outgoing(frame)]

    def again(self, subscription: Subscription) -> Subscription:
        """Start over from where the client stands: for a gap, or a line that began anew."""
        fresh = Subscription(subscription.topic, subscription.match, subscription.cursor or subscription.wanted)
        self.subscriptions[subscription.topic] = fresh
        return fresh

    @staticmethod
    def publication(subscription: Subscription, publication: Publication) -> list[Outgoing] | None:
        """The frame, none if the client has it already or must wait for it, or None where events are missing before it."""
        if publication.offset == 0:
            return [Outgoing(publication.text, Weight.STATE, subscription.topic)]
        cursor = subscription.cursor
        if cursor is None:
            _wait(subscription, publication)
            return []
        if publication.epoch == cursor.epoch and publication.offset <= cursor.offset:
            return []
        if subscription.weight is Weight.EVENT and not _follows(publication, cursor):
            return None
        subscription.cursor = publication.cursor
        return [Outgoing(publication.text, subscription.weight, subscription.topic)]


def refusal(topic: str, now: datetime) -> str:
    """The same words for a topic that is not there and one that is another's: nobody learns which."""
    text = f"there is no topic {topic[:80]!r}, or it is not yours to read"
    return error(ErrorCode.UNKNOWN_TOPIC, text, now, topic)


def _wait(subscription: Subscription, publication: Publication) -> None:
    if subscription.weight is Weight.STATE:
        subscription.waiting = [publication]
    elif len(subscription.waiting) < WAITING_FOR_SNAPSHOT:
        subscription.waiting.append(publication)
    else:
        subscription.is_missing = True


def _follows(publication: Publication, cursor: Cursor) -> bool:
    same_line = publication.epoch == cursor.epoch or not cursor.epoch
    return same_line and publication.offset == cursor.offset + 1


def _wish(item: str | TopicAt) -> tuple[str, Cursor | None]:
    if isinstance(item, str):
        return item, None
    return item.topic, Cursor.parse(item.cursor) if item.cursor else None
