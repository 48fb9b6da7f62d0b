"""The I/O shell around a client: a socket's frames in, its subscriptions caught up, its writer out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from realtime.admission import Who
from realtime.allowance import Allowance
from realtime.backlog import Outgoing
from realtime.catching_up import CatchUp, NotYours, catch_up_each
from realtime.client import Client
from realtime.codes import CloseCode, ErrorCode
from realtime.contract import PROTOCOL, Cursor, WelcomePayload, control, error
from realtime.counts import counts
from realtime.features import match, registry
from realtime.hub import Hub, hub_here
from realtime.numbering import batches
from realtime.outlet import PATIENCE_SECONDS, Outlet
from realtime.subscriber import Answer, Subscriber, Subscription, refusal
from realtime.writer import writer_of

log = structlog.get_logger(__name__)

TRY_AGAIN_SECONDS = 1.0
READ_AT_ONCE = 64
SOCKETS_PER_USER = 20
ABNORMAL = 1006
"""What a close without a code is counted as (RFC 6455)."""
Scope = dict[str, Any]


def now() -> datetime:
    return datetime.now(UTC)


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels is not typed
    """One socket. No group of the layer and no channel of its own: what is published comes from the process's hub."""

    channel_layer_alias = None
    try_again = TRY_AGAIN_SECONDS
    _client: Client | None = None

    async def __call__(self, scope: Scope, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        try:
            await super().__call__(scope, receive, send)
        except Exception as fault:
            log.error("socket_failed", fault=repr(fault))
            raise
        finally:
            if self._client is not None:
                self._client.leave()
                self.left()
                counts.close(self._writer, self.time() - self._since)
            self._end_tasks()

    def introduction(self, user: Any) -> WelcomePayload:
        """What this user is told first; runs in a thread. A subclass adds what it knows of stages."""
        topics = [topic for feature in registry for topic in feature.topics_for(user)]
        return WelcomePayload(PROTOCOL, now(), user.get_username(), topics)

    async def connect(self) -> None:
        await self.accept()
        user = self.scope.get("user")
        if user is None or not user.is_authenticated:
            await self._turn_away(CloseCode.NOT_SIGNED_IN)
            return
        self._user, self._allowance, self._hub = user, Allowance(now()), hub_here()
        if self._hub.sockets_of(user) >= getattr(settings, "SOCKETS_PER_USER", SOCKETS_PER_USER):
            await self._turn_away(CloseCode.TOO_MANY_SOCKETS)
            return
        patience = getattr(settings, "SLOW_CLIENT_SECONDS", PATIENCE_SECONDS)
        writer = writer_of(self.scope, self._send_text)
        outlet = Outlet(writer, patience=patience)
        self._writer, self._since = type(writer).__name__, self.time()
        counts.open(self._writer)
        self._client = Client(self._hub, Subscriber(match), outlet, self, Who(user, self.scope.get("ticket")))
        self._spawn(outlet.writer.run())
        await self._welcome(self._hub, self._client)

    # What a subclass may want to know; no call may wait or raise.

    def welcomed(self, client: Client) -> None:
        """The client is welcome, and its first subscriptions stand."""

    def acknowledged(self, cursor: Cursor) -> None:
        """The client has applied the stages at this cursor (`stages_ack`)."""

    def left(self) -> None:
        """The client is gone; it may not have been welcomed."""

    async def _turn_away(self, code: CloseCode) -> None:
        """Accepted and then closed: only so does a browser hear why."""
        counts.closed[int(code)] += 1
        await self.close(int(code))

    async def _welcome(self, hub: Hub, client: Client) -> None:
        welcome = await hub.pool.run(self.introduction, self._user)
        client.write([Outgoing(control("welcome", welcome))])
        if not self._is_manual():
            answer = Answer()
            for topic in welcome.topics:
                client.subscriber.subscribe(topic, None, answer, now())
            client.follow(answer)
        if not client.has_ended:
            self.welcomed(client)

    def _is_manual(self) -> bool:
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        return query.get("subscribe") == ["manual"]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self._client is None or self._client.has_ended:
            return
        if self._allowance.spend(now()):
            before = self._client.subscriber.acknowledged
            self._client.receive(text_data if text_data is not None else bytes_data or b"", now())
            if (cursor := self._client.subscriber.acknowledged) is not None and cursor != before:
                self.acknowledged(cursor)
        else:
            self._client.end(CloseCode.FLOODING)

    # What its client asks of it: neither waits nor raises.

    def begin_reading(self, joined: Sequence[Subscription]) -> None:
        assert self._client is not None  # noqa: S101 - it is the client that asks
        self._spawn(self._catch_up_all(self._client, joined))

    def flows(self) -> None:
        self._flowing.set()

    async def disconnect(self, code: int | None) -> None:
        if self._client is not None and not self._client.has_ended:
            counts.closed[code or ABNORMAL] += 1

    def close_with(self, code: CloseCode) -> None:
        counts.closed[int(code)] += 1
        log.info("socket_ended", code=int(code))
        self._end_tasks()
        self._spawn(self.close(int(code)))

    def time(self) -> float:
        return asyncio.get_running_loop().time()

    # How it is caught up.

    async def _catch_up_all(self, client: Client, joined: Sequence[Subscription]) -> None:
        """Some at a time; what cannot be read holds up none of the others and is tried again."""
        left = await self._catch_up_once(client, joined)
        while left:
            await asyncio.sleep(self.try_again)
            left = await self._catch_up_once(client, left)

    async def _catch_up_once(self, client: Client, joined: Sequence[Subscription]) -> list[Subscription]:
        """Those that are not settled."""
        return [one for some in batches(joined, READ_AT_ONCE) for one in await self._catch_up(client, some)]

    async def _catch_up(self, client: Client, some: Sequence[Subscription]) -> list[Subscription]:
        await self._until_it_flows(client)
        standing = [subscription for subscription in some if client.waits_for(subscription)]
        wishes = [(subscription.match, subscription.wanted) for subscription in standing]
        found: Sequence[CatchUp | Exception]
        try:
            found = await self._hub.pool.run(catch_up_each, client.user, wishes, self._hub.snapshots)
        except Exception as fault:  # noqa: BLE001 - a database that is away must not end the socket
            found = [fault] * len(standing)
        pairs = zip(standing, found, strict=True)
        return [one for one, answer in pairs if not await self._settle(client, one, answer)]

    async def _settle(self, client: Client, subscription: Subscription, found: CatchUp | Exception) -> bool:
        """Whether it is settled."""
        if isinstance(found, CatchUp):
            for _ in client.found(subscription, found):
                await self._until_it_flows(client)
            return True
        if isinstance(found, NotYours):
            client.refused(subscription, refusal(subscription.topic, now()))
            return True
        if not client.waits_for(subscription):
            return True  # it was left while it was read
        log.warning("snapshot_unreadable", topic=subscription.topic, fault=repr(found))
        text = "the topic could not be read; it is tried again"
        client.write([Outgoing(error(ErrorCode.READ_FAILED, text, now(), subscription.topic))])
        return False

    async def _until_it_flows(self, client: Client) -> None:
        while client.is_held:
            self._flowing.clear()
            await self._flowing.wait()

    async def _send_text(self, text: str) -> None:
        await self.send(text_data=text)

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
            log.error("socket_task_failed", fault=repr(fault))
