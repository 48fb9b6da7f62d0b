"""This process's clients by topic: passes on what the layer tells, in order, and asks the history once a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Protocol
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer

from realtime import history
from realtime.catching_up import Snapshots
from realtime.contract import Cursor, Publication
from realtime.features import Delivery, registry
from realtime.line import Line
from realtime.nudges import nudges, unpack
from realtime.pool import ReadPool
from realtime.subscriber import Subscription

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 1.0
AFTER_A_FAULT_SECONDS = 0.5


class Listener(Protocol):
    """A client, as the hub sees it. Neither call may block or raise."""

    def pass_on(self, subscription: Subscription, publication: Publication) -> None: ...

    def read_anew(self, subscription: Subscription) -> None: ...

    def going_away(self) -> None: ...


class Room:
    """One topic's line and who listens to it."""

    def __init__(self, every_one_counts: bool) -> None:
        self.line = Line(every_one_counts)
        self.listeners: dict[Subscription, Listener] = {}


class Hub:
    """Start it in the server's loop (`hub_here`). All its methods belong to that loop."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.clients: set[Listener] = set()
        self.pool = ReadPool()
        self.snapshots: Snapshots = {}
        self.healed = 0
        self._look = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        nudges.attach(loop)
        self._tasks = [loop.create_task(self._listen_for_ever()), loop.create_task(self._look_for_ever())]

    async def stop(self) -> None:
        """Send the clients away (they come back to another server, or to this one restarted) and end the tasks."""
        for client in list(self.clients):
            client.going_away()
        nudges.detach(asyncio.get_running_loop())
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, self.pool.close)

    # Who listens.

    def join(self, subscription: Subscription, listener: Listener) -> None:
        """From now on the listener hears the topic; then it reads where the topic stands (`found_at`)."""
        room = self.rooms.get(subscription.topic)
        if room is None:
            every_one = subscription.match.stream.delivery is Delivery.EVENT
            room = self.rooms[subscription.topic] = Room(every_one)
        room.listeners[subscription] = listener

    def leave(self, subscription: Subscription) -> None:
        room = self.rooms.get(subscription.topic)
        if room is not None:
            room.listeners.pop(subscription, None)
            if not room.listeners:
                del self.rooms[subscription.topic]
                self.snapshots.pop(subscription.topic, None)

    def found_at(self, topic: str, cursor: Cursor) -> None:
        """Somebody read the topic at this cursor."""
        room = self.rooms.get(topic)
        if room is not None:
            self._pass_on(room, room.line.learn(cursor))

    # What the layer tells.

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as fault:  # noqa: BLE001 - a layer that is away must not end the hub
                log.warning("layer_lost", fault=repr(fault))
                await asyncio.sleep(AFTER_A_FAULT_SECONDS)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        for feature in registry:
            await layer.group_add(feature.group, channel)
        try:
            while True:
                self.hear(unpack(await layer.receive(channel)))
        finally:
            for feature in registry:
                await layer.group_discard(feature.group, channel)

    def hear(self, publications: Sequence[Publication]) -> None:
        """Pass on what a nudge told, as far as it is in order; a gap is looked up at once."""
        for publication in publications:
            room = self.rooms.get(publication.topic)
            if room is not None:
                self._pass_on(room, room.line.offer(publication))
                if room.line.has_gap:
                    self._look.set()

    # What the history knows.

    async def _look_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), LOOK_EVERY_SECONDS)
            self._look.clear()
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 - a database that is away must not end the hub
                log.warning("history_unreadable", fault=repr(fault))
                await asyncio.sleep(AFTER_A_FAULT_SECONDS)

    async def look(self) -> None:
        """Compare each topic with the history once and pass on what did not come by the layer."""
        cursors = {topic: room.line.last for topic, room in self.rooms.items() if room.line.last is not None}
        found = await self.pool.run(history.beyond, cursors) if cursors else {}
        for topic, cursor in cursors.items():
            room = self.rooms.get(topic)
            if room is None or room.line.last != cursor:
                continue
            if topic in found:
                self._heal(room, found[topic])
            else:
                room.line.nothing_missing()

    def _heal(self, room: Room, more: history.Found) -> None:
        filled = room.line.fill(more.top, more.publications)
        self.healed += 1
        if filled is not None:
            self._pass_on(room, filled)
            return
        for subscription, listener in list(room.listeners.items()):
            listener.read_anew(subscription)

    @staticmethod
    def _pass_on(room: Room, publications: Sequence[Publication]) -> None:
        for publication in publications:
            for subscription, listener in list(room.listeners.items()):
                listener.pass_on(subscription, publication)


_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub_here() -> Hub:
    """The hub of the running loop, started with its first use."""
    loop = asyncio.get_running_loop()
    hub = _hubs.get(loop)
    if hub is None:
        hub = _hubs[loop] = Hub()
        hub.start()
    return hub


async def stop_hub_here() -> None:
    hub = _hubs.pop(asyncio.get_running_loop(), None)
    if hub is not None:
        await hub.stop()
