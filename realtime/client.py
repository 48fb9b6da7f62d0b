"""One client in this process: what the hub tells it and what it says, put into frames on its way out; no socket, no waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from realtime.admission import Who
from realtime.backlog import Outgoing
from realtime.catching_up import CatchUp
from realtime.codes import CloseCode
from realtime.contract import Publication, UnsubscribedPayload, control
from realtime.frames import Ready
from realtime.hub import Hub
from realtime.outlet import Outlet, Relief, pieces
from realtime.subscriber import Answer, Subscriber, Subscription, refusal

NOBODY_KNOWN = Who()


class Shell(Protocol):
    """What a client needs of its socket. No call may wait or raise."""

    def begin_reading(self, joined: Sequence[Subscription]) -> None:
        """Read where these stand, while the client flows; each is answered by `found` or `refused`."""

    def flows(self) -> None:
        """The client reads again."""

    def close_with(self, code: CloseCode) -> None:
        """Close the socket."""

    def time(self) -> float:
        """Seconds of a clock that does not go back."""


class Client:
    """The hub's listener. What it is written goes through its outlet, or straight to the writer where it is in step."""

    def __init__(self, hub: Hub, subscriber: Subscriber, outlet: Outlet, shell: Shell, who: Who = NOBODY_KNOWN) -> None:
        self.subscriber, self.has_ended = subscriber, False
        self.user, self.ticket = who.user, who.ticket
        self._hub, self._outlet, self._shell = hub, outlet, shell
        hub.clients.add(self)

    # What the hub asks and tells.

    @property
    def is_held(self) -> bool:
        return self._outlet.is_held

    @property
    def pour(self) -> Callable[[Ready], int]:
        return self._outlet.writer.write

    def overflows(self, buffered: int) -> bool:
        return self._outlet.overflows(buffered)

    def pass_on(self, subscription: Subscription, publication: Publication) -> None:
        if subscription.is_missing and self.is_held:
            return
        before = subscription.cursor
        frames = self.subscriber.publication(subscription, publication)
        if frames is None:
            self.read_anew(subscription)
        elif not all(self._put(outgoing) for outgoing in frames):
            subscription.cursor, subscription.is_missing = before, True

    def hold_back(self) -> None:
        self._outlet.hold(self._shell.time())
        self._hub.hold_back(self, self.subscriber.subscriptions.values())

    def relieve(self) -> bool:
        """What waited was sent as soon as the client had read the rest; of what could not wait, the history tells."""
        relief = self._outlet.relieve(self._shell.time())
        if relief is Relief.TOO_SLOW:
            self.end(CloseCode.TOO_SLOW)
        elif relief is Relief.FLOWS:
            self._shell.flows()
            standing = self.subscriber.subscriptions.values()
            self._read_anew([one for one in standing if one.is_missing and one.cursor is not None])
        return self.has_ended or not self.is_held

    def read_anew(self, subscription: Subscription) -> None:
        if self._stands(subscription):
            self._read_anew([subscription])

    def going_away(self) -> None:
        self.end(CloseCode.GOING_AWAY)

    def lose(self, subscription: Subscription, now: datetime) -> None:
        if self._stands(subscription):
            self.refused(subscription, refusal(subscription.topic, now))
            self.write([Outgoing(control("unsubscribed", UnsubscribedPayload(subscription.topic)))])

    # What it says, and what it is answered.

    def receive(self, text: str | bytes, now: datetime) -> None:
        self.follow(self.subscriber.receive(text, now))

    def follow(self, answer: Answer) -> None:
        for left in answer.left:
            self._hub.leave(left)  # before the answers: what the topic has pending is written by this
        self.write(answer.frames)
        if self.has_ended:
            return
        for joined in answer.joined:
            self._hub.join(joined, self)
        if answer.joined:
            self._shell.begin_reading(answer.joined)

    def found(self, subscription: Subscription, found: CatchUp) -> Iterator[None]:
        """Tell what a read found, a piece to a step: go on while the client flows. What is published meanwhile waits."""
        if self._stands(subscription):
            rows = len(found.texts)
            self.write(self.subscriber.found(subscription, found.cursor, found.recovered, found.loss, rows))
        left = len(found.texts)
        for piece in pieces(found.texts):
            yield
            if not self._stands(subscription):
                return
            self._send(piece)
            left -= len(piece)
            if found.recovered:
                self.subscriber.told(subscription, found.cursor, left)
        for publication in self.subscriber.caught_up(subscription, found.cursor):
            if self._stands(subscription):
                self.pass_on(subscription, publication)
        self._hub.found_at(subscription, found.cursor)

    def refused(self, subscription: Subscription, frame: str) -> None:
        self._hub.leave(subscription)
        self.write(self.subscriber.refused(subscription, frame))

    def waits_for(self, subscription: Subscription) -> bool:
        """Whether it is still to be caught up."""
        return self._stands(subscription) and subscription.cursor is None

    def write(self, frames: Sequence[Outgoing]) -> None:
        """Answers. A client that lets too many of them wait is closed."""
        for outgoing in frames:
            if not self.has_ended and not self._put(outgoing):
                self.end(CloseCode.TOO_SLOW)

    # How it ends.

    def end(self, code: CloseCode) -> None:
        """Close once. What still waits is not sent: the client comes back and recovers."""
        if not self.has_ended:
            self.leave()
            self._shell.close_with(code)

    def leave(self) -> None:
        """The socket is gone, or will be."""
        self.has_ended = True
        for subscription in self.subscriber.subscriptions.values():
            self._hub.leave(subscription)
        self._hub.forget(self)  # last: what it is written as it leaves may hold it back

    def _stands(self, subscription: Subscription) -> bool:
        return not self.has_ended and self.subscriber.stands(subscription)

    def _read_anew(self, subscriptions: Sequence[Subscription]) -> None:
        for subscription in subscriptions:
            self._hub.leave(subscription)  # first: only then does it know where it stands
        self.follow(Answer(joined=[self.subscriber.again(subscription) for subscription in subscriptions]))

    def _put(self, outgoing: Outgoing) -> bool:
        was_held = self.is_held
        kept = self._outlet.write(outgoing, self._shell.time())
        if self.is_held and not was_held:
            self.hold_back()
        return kept

    def _send(self, texts: Sequence[str]) -> None:
        self._outlet.send(texts, self._shell.time())
        if self.is_held:
            self.hold_back()
