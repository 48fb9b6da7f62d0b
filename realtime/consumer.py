"""The I/O shell around a subscriber: a socket's frames in, its subscriptions caught up, its backlog out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer

from realtime.allowance import Allowance
from realtime.backlog import Outgoing
from realtime.catching_up import CatchUp, NotYours, catch_up
from realtime.codes import CloseCode, ErrorCode
from realtime.contract import PROTOCOL, Publication, WelcomePayload, control, error
from realtime.features import match, registry
from realtime.frames import Ready
from realtime.hub import Hub, hub_here
from realtime.outlet import Outlet, Relief
from realtime.subscriber import Answer, Subscriber, Subscription, refusal
from realtime.writer import writer_of

log = structlog.get_logger(__name__)

TRY_AGAIN_SECONDS = 1.0
Scope = dict[str, Any]


def now() -> datetime:
    return datetime.now(UTC)


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels is not typed
    """One socket. No group of the layer and no channel of its own: what is published comes from the process's hub."""

    channel_layer_alias = None
    try_again = TRY_AGAIN_SECONDS

    async def __call__(self, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._hub: Hub | None = None
        self._is_ending = False
        self._flows = asyncio.Event()
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave_hub()
            self._end_tasks()

    def introduction(self, user: Any) -> WelcomePayload:
        """What this user is told first; runs in a thread. A subclass adds what it knows of stages."""
        topics = [topic for feature in registry for topic in feature.topics_for(user)]
        return WelcomePayload(PROTOCOL, now(), user.get_username(), topics)

    async def connect(self) -> None:
        await self.accept()
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self.close(int(CloseCode.NOT_SIGNED_IN))
            return
        self._user, self._allowance = user, Allowance(now())
        self._subscriber = Subscriber(match)
        self._outlet = Outlet(writer_of(self.scope, self._send_text))
        self._flows.set()
        self._hub = hub_here()
        self._hub.clients.add(self)
        self._spawn(self._outlet.writer.run())
        await self._welcome(self._hub)

    async def _welcome(self, hub: Hub) -> None:
        welcome = await hub.pool.run(self.introduction, self._user)
        self._write([Outgoing(control("welcome", welcome))])
        if not self._is_manual():
            answer = Answer()
            for topic in welcome.topics:
                self._subscriber.subscribe(topic, None, answer, now())
            self._follow(answer)

    def _is_manual(self) -> bool:
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        return query.get("subscribe") == ["manual"]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._hub is None or self._is_ending:
            return
        if self._allowance.spend(now()):
            self._follow(self._subscriber.receive(text_data if text_data is not None else bytes_data or b"", now()))
        else:
            self._end(CloseCode.FLOODING)

    # What the hub tells: neither waits nor raises.

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
        frames = self._subscriber.publication(subscription, publication)
        if frames is None:
            self.read_anew(subscription)
        elif not all(self._put(outgoing) for outgoing in frames):
            subscription.cursor, subscription.is_missing = before, True

    def hold_back(self) -> None:
        assert self._hub is not None  # noqa: S101 - only a client of the hub is held back
        self._outlet.hold(self._time())
        self._flows.clear()
        self._hub.hold_back(self, self._subscriber.subscriptions.values())

    def relieve(self) -> bool:
        """What waited was sent as soon as the client had read the rest; of what could not wait, the history tells."""
        relief = self._outlet.relieve(self._time())
        if relief is Relief.TOO_SLOW:
            self._end(CloseCode.TOO_SLOW)
        elif relief is Relief.FLOWS:
            self._flows.set()
            for subscription in list(self._subscriber.subscriptions.values()):
                if subscription.is_missing and subscription.cursor is not None:
                    self.read_anew(subscription)
        return relief is not Relief.WAITS

    def read_anew(self, subscription: Subscription) -> None:
        assert self._hub is not None  # noqa: S101 - only a client of the hub is told so
        self._hub.leave(subscription)
        self._follow(Answer(joined=[self._subscriber.again(subscription)]))

    def going_away(self) -> None:
        self._end(CloseCode.GOING_AWAY)

    # What follows from a frame.

    def _follow(self, answer: Answer) -> None:
        assert self._hub is not None  # noqa: S101 - only a signed-in client comes here
        self._write(answer.frames)
        if self._is_ending:
            return
        for left in answer.left:
            self._hub.leave(left)
        for joined in answer.joined:
            self._hub.join(joined, self)
        if answer.joined:
            self._spawn(self._catch_up_all(self._hub, answer.joined))

    async def _catch_up_all(self, hub: Hub, joined: Sequence[Subscription]) -> None:
        """One after the other; what cannot be read holds up none of the others and is tried again."""
        left = [subscription for subscription in joined if not await self._catch_up(hub, subscription)]
        while left:
            await asyncio.sleep(self.try_again)
            left = [subscription for subscription in left if not await self._catch_up(hub, subscription)]

    async def _catch_up(self, hub: Hub, subscription: Subscription) -> bool:
        """Whether it is settled."""
        await self._flows.wait()
        if not self._stands(subscription):
            return True
        try:
            found = await hub.pool.run(catch_up, self._user, subscription.match, subscription.wanted, hub.snapshots)
        except NotYours:
            hub.leave(subscription)
            self._write(self._subscriber.refused(subscription, refusal(subscription.topic, now())))
        except Exception as fault:  # noqa: BLE001 - an unreadable snapshot must not end the socket
            log.warning("snapshot_unreadable", topic=subscription.topic, fault=repr(fault))
            text = "the topic could not be read; it is tried again"
            self._write([Outgoing(error(ErrorCode.READ_FAILED, text, now(), subscription.topic))])
            return False
        else:
            self._caught_up(hub, subscription, found)
        return True

    def _caught_up(self, hub: Hub, subscription: Subscription, found: CatchUp) -> None:
        frames = self._subscriber.caught_up(subscription, found.cursor, found.recovered, found.loss, found.texts)
        self._write(frames)
        hub.found_at(subscription, found.cursor)

    def _stands(self, subscription: Subscription) -> bool:
        return self._subscriber.subscriptions.get(subscription.topic) is subscription

    def _write(self, frames: Sequence[Outgoing]) -> None:
        for outgoing in frames:
            if not self._put(outgoing):
                self._end(CloseCode.TOO_SLOW)
                return

    def _put(self, outgoing: Outgoing) -> bool:
        was_held = self._outlet.is_held
        kept = self._outlet.write(outgoing, self._time())
        if self._outlet.is_held and not was_held:
            self.hold_back()
        return kept

    async def _send_text(self, text: str) -> None:
        await self.send(text_data=text)

    @staticmethod
    def _time() -> float:
        return asyncio.get_running_loop().time()

    # How it ends.

    def _end(self, code: CloseCode) -> None:
        """Close once. What still waits is not sent: the client comes back and recovers."""
        if not self._is_ending:
            self._is_ending = True
            self._leave_hub()
            self._end_tasks()
            self._spawn(self.close(int(code)))

    def _leave_hub(self) -> None:
        if self._hub is not None:
            self._hub.forget(self)
            for subscription in self._subscriber.subscriptions.values():
                self._hub.leave(subscription)

    def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.warning("socket_task_failed", fault=repr(fault))
