"""One topic in this process: its line, and who listens to it. Those who stand where the line stands share ready frames."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from typing import Any, Protocol

import structlog

from realtime.codes import CloseCode
from realtime.contract import Cursor, Publication
from realtime.counts import counts
from realtime.frames import Ready
from realtime.line import Line
from realtime.subscriber import Subscription

log = structlog.get_logger(__name__)

TICK_SECONDS = 0.005


class Ticker(Protocol):
    """What a room needs of the event loop."""

    def time(self) -> float:
        """Seconds of a clock that does not go back."""

    def call_at(self, when: float, callback: Callable[[], object]) -> object:
        """Call back once, then."""


class Listener(Protocol):
    """A client, as the hub sees it. No call may wait or raise."""

    user: Any
    ticket: Hashable
    """What it came in with; None where nobody asks."""

    @property
    def is_held(self) -> bool:
        """Whether it is held back: it is told by `pass_on` only, until it is relieved."""

    @property
    def pour(self) -> Callable[[Ready], int]:
        """Sends ready frames and says how many bytes are unread."""

    def overflows(self, buffered: int) -> bool:
        """Whether so many unread bytes are too many."""

    def pass_on(self, subscription: Subscription, publication: Publication) -> None: ...

    def read_anew(self, subscription: Subscription) -> None: ...

    def hold_back(self) -> None: ...

    def relieve(self) -> bool:
        """Whether it needs no more looking after."""

    def going_away(self) -> None: ...

    def end(self, code: CloseCode) -> None: ...

    def lose(self, subscription: Subscription, now: datetime) -> None:
        """It may not hear the topic any more."""


class Room:
    """Listeners are in step with the line, and get its frames as they are, or apart from it: catching up, or held back.

    Under load the frames of one tick go to those in step in one write. The `cursor` of a subscription in step is only set
    when it falls out of step; until then all of them stand at the same place.
    """

    def __init__(self, every_one_counts: bool, ticker: Ticker) -> None:
        self.line = Line(every_one_counts)
        self.listeners: dict[Subscription, Listener] = {}
        self._in_step: dict[Subscription, Callable[[Ready], int]] = {}
        self._apart: dict[Subscription, Listener] = {}
        self._pending: list[str] = []
        self._written_at = 0.0
        self._told_at = 0.0
        self._ticker = ticker
        self._place: Cursor | None = None

    def enter(self, subscription: Subscription, listener: Listener) -> None:
        self.listeners[subscription] = self._apart[subscription] = listener

    def leave(self, subscription: Subscription) -> None:
        if subscription in self._in_step:
            self.fall_out(subscription)
        self.listeners.pop(subscription, None)
        self._apart.pop(subscription, None)

    def fall_out(self, subscription: Subscription) -> None:
        """From in step to apart: it was sent everything up to the place where those in step stand."""
        self.flush()
        if self._in_step.pop(subscription, None) is not None:
            subscription.cursor = self._place
            self._apart[subscription] = self.listeners[subscription]

    def pass_on(self, publications: Sequence[Publication]) -> None:
        """Tell everybody, in order."""
        if not publications:
            return
        apart = list(self._apart.items())
        if publications[-1].offset:
            self._place = publications[-1].cursor
        if self._in_step:
            self._pour([publication.text for publication in publications])
        for subscription, listener in apart:
            for publication in publications:
                if subscription in self._apart:  # else it left, by what it was just told
                    listener.pass_on(subscription, publication)
            self.try_step(subscription)

    def try_step(self, subscription: Subscription) -> None:
        """Into step, where the client stands at the line's place and reads what it is sent."""
        listener = self._apart.get(subscription)
        if listener is None or listener.is_held or subscription.cursor is None or subscription.cursor != self.line.last:
            return
        self.flush()
        if subscription in self._apart and not listener.is_held:
            del self._apart[subscription]
            self._place = subscription.cursor
            self._in_step[subscription] = listener.pour

    def flush(self) -> None:
        """Write what waits for the tick's end."""
        if not self._pending:
            return
        ready, self._pending = Ready(self._pending), []
        late, torn = [], []
        for subscription, pour in self._in_step.items():
            listener = self.listeners[subscription]
            try:
                buffered = pour(ready)
            except Exception as fault:  # noqa: BLE001 - what is wrong with one client must not keep it from the others
                log.warning("client_torn", topic=subscription.topic, fault=repr(fault))
                torn.append(listener)
            else:
                if buffered and listener.overflows(buffered):
                    late.append(listener)
        counts.flushed(len(ready.texts), len(self._in_step), self._told_at, time.time())
        self._written_at = self._ticker.time()  # after it: a write to many may take longer than a tick
        for listener in late:
            listener.hold_back()
        for listener in torn:
            listener.going_away()

    def _pour(self, texts: list[str]) -> None:
        """At once, if the last write is a tick ago; else with whatever else comes until then."""
        if not self._pending and self._ticker.time() - self._written_at < TICK_SECONDS:
            self._ticker.call_at(self._written_at + TICK_SECONDS, self.flush)
            self._pending, self._told_at = texts, counts.told_at
        elif self._pending:
            self._pending += texts
        else:
            self._pending, self._told_at = texts, counts.told_at
            self.flush()
