"""This process's clients by topic: passes on what the layer tells, in order, and asks the history once a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
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
JOIN_AGAIN_SECONDS = 60.0


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

    after_a_fault = AFTER_A_FAULT_SECONDS
    join_again = JOIN_AGAIN_SECONDS

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

    def found_at(self, subscription: Subscription, cursor: Cursor) -> None:
        """The subscription was caught up by a read that found its topic at `cursor`.

        Another reader may have been faster and have found more, of which this one was never told: then it reads anew.
        """
        room = self.rooms.get(subscription.topic)
        if room is None:
            self.snapshots.pop(subscription.topic, None)
            return
        self._pass_on(room, room.line.learn(cursor))
        listener = room.listeners.get(subscription)
        if listener is None or subscription.cursor is None:
            return
        if room.line.lives_apart_from(subscription.cursor):
            room.line = Line(room.line.every_one_counts)
            self._read_all_anew(room)
        elif subscription.is_missing or room.line.has_passed(subscription.cursor):
            listener.read_anew(subscription)

    # What the layer tells.

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as fault:  # noqa: BLE001 - a layer that is away must not end the hub
                log.warning("layer_lost", fault=repr(fault))
                await asyncio.sleep(self.after_a_fault)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        try:
            while True:
                await self._join_groups(layer, channel)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.join_again):
                        await self._hear_for_ever(layer, channel)
        finally:
            for feature in registry:
                await layer.group_discard(feature.group, channel)

    @staticmethod
    async def _join_groups(layer: Any, channel: str) -> None:
        """Again and again: the layer in memory ends a membership after a day, and with a message that grew old."""
        for feature in registry:
            await layer.group_add(feature.group, channel)

    async def _hear_for_ever(self, layer: Any, channel: str) -> None:
        while True:
            self.hear(unpack(await layer.receive(channel)))
            await asyncio.sleep(0)  # a layer that always has more must not keep the writers from their turn

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
                async with asyncio.timeout(
                    LOOK_EVERY_SECONDS
                ):  # wait_for may swallow the cancelling when we are stopped
                    await self._look.wait()
            self._look.clear()
            try:
                await self.look()
            except Exception as fault:  # noqa: BLE001 - a database that is away must not end the hub
                log.warning("history_unreadable", fault=repr(fault))
                await asyncio.sleep(self.after_a_fault)

    async def look(self) -> None:
        """Compare each topic with the history once and pass on what did not come by the layer."""
        cursors = self.standing()
        if cursors:
            self.compare(cursors, await self.pool.run(history.beyond, cursors))

    def standing(self) -> dict[str, Cursor]:
        """Where each topic's line stands."""
        return {topic: room.line.last for topic, room in self.rooms.items() if room.line.last is not None}

    def compare(self, cursors: Mapping[str, Cursor], found: Mapping[str, history.Found]) -> None:
        """Heal what the history has beyond these cursors; a line that moved while it was asked is left for the next look."""
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
        if filled is None:
            self._read_all_anew(room)
        else:
            self._pass_on(room, filled)

    @staticmethod
    def _read_all_anew(room: Room) -> None:
        for subscription, listener in list(room.listeners.items()):
            listener.read_anew(subscription)

    @staticmethod
    def _pass_on(room: Room, publications: Sequence[Publication]) -> None:
        for publication in publications:
            for subscription, listener in list(room.listeners.items()):
                listener.pass_on(subscription, publication)


running: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub_here() -> Hub:
    """The hub of the running loop, started with its first use."""
    loop = asyncio.get_running_loop()
    hub = running.get(loop)
    if hub is None:
        hub = running[loop] = Hub()
        hub.start()
    return hub


async def stop_hub_here() -> None:
    hub = running.pop(asyncio.get_running_loop(), None)
    if hub is not None:
        await hub.stop()
