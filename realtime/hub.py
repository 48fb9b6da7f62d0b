"""This process's clients by topic: passes on what the layer tells, in order, and asks the history once a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from channels.layers import get_channel_layer

from realtime import history
from realtime.admission import ASK_EVERY_SECONDS, ask_for_ever
from realtime.catching_up import Snapshots
from realtime.contract import Cursor, Publication
from realtime.counts import counts
from realtime.features import Delivery, registry
from realtime.line import Line
from realtime.nudges import nudges, told_at, unpack
from realtime.pool import ReadPool
from realtime.room import Listener, Room, Ticker
from realtime.subscriber import Subscription

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 1.0
RELIEVE_EVERY_SECONDS = 0.05
AFTER_A_FAULT_SECONDS = 0.5
JOIN_AGAIN_SECONDS = 60.0


class Hub:
    """Start it in the server's loop (`hub_here`). All its methods belong to that loop."""

    after_a_fault = AFTER_A_FAULT_SECONDS
    join_again = JOIN_AGAIN_SECONDS
    ask_again = ASK_EVERY_SECONDS

    def __init__(self, ticker: Ticker | None = None) -> None:
        self.ticker = ticker
        self.rooms: dict[str, Room] = {}
        self.clients: set[Listener] = set()
        self.pool = ReadPool()
        self.snapshots: Snapshots = {}
        self.healed = 0
        self._look = asyncio.Event()
        self._held: dict[Listener, None] = {}
        self._holds = asyncio.Event()
        self._falling: deque[Subscription] = deque()
        self._are_falling = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        nudges.attach(loop)
        endless = (self._listen_for_ever(), self._look_for_ever(), self._relieve_for_ever())
        self._tasks = [loop.create_task(work) for work in (*endless, ask_for_ever(self, self.ask_again))]

    def keep(self, work: Coroutine[Any, Any, None]) -> None:
        """Run this beside, too; it ends with the hub, and may read by its pool until then."""
        self._tasks.append(asyncio.get_running_loop().create_task(work))

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
            room = self.rooms[subscription.topic] = Room(every_one, self.ticker or asyncio.get_running_loop())
        room.enter(subscription, listener)

    def leave(self, subscription: Subscription) -> None:
        room = self.rooms.get(subscription.topic)
        if room is not None:
            room.leave(subscription)
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
        room.pass_on(room.line.learn(cursor))
        listener = room.listeners.get(subscription)
        if listener is None or subscription.cursor is None:
            return
        if room.line.lives_apart_from(subscription.cursor):
            self._read_all_anew(room)
            room.line = Line(room.line.every_one_counts)
        elif subscription.is_missing or room.line.has_passed(subscription.cursor):
            listener.read_anew(subscription)
        else:
            room.try_step(subscription)

    def sockets_of(self, user: Any) -> int:
        """How many sockets the user has here; one whom nobody can name is not counted."""
        number = getattr(user, "pk", None)
        return 0 if number is None else sum(getattr(client.user, "pk", None) == number for client in self.clients)

    # Who is held back.

    @property
    def held(self) -> int:
        """How many clients are held back."""
        return len(self._held)

    def hold_back(self, client: Listener, subscriptions: Iterable[Subscription]) -> None:
        """The client has too much unread: from now on it is told by `pass_on`, and looked after until it reads again.

        To fall out of step, it is written what its rooms have pending: that may hold back others, whose turn comes after.
        """
        if client in self._held:
            return
        self._held[client] = None
        self._holds.set()
        self._falling.extend(subscriptions)
        if not self._are_falling:
            self._are_falling = True
            self._fall_out()
            self._are_falling = False

    def _fall_out(self) -> None:
        while self._falling:
            subscription = self._falling.popleft()
            room = self.rooms.get(subscription.topic)
            if room is not None:
                room.fall_out(subscription)

    async def _relieve_for_ever(self) -> None:
        while True:
            await self._holds.wait()
            await asyncio.sleep(RELIEVE_EVERY_SECONDS)
            self.relieve()

    def relieve(self) -> None:
        """Look after each held client once."""
        for client in list(self._held):
            try:
                is_free = client.relieve()
            except Exception as fault:  # noqa: BLE001 - what is wrong with one client must not keep the others held
                log.warning("client_torn", fault=repr(fault))
                client.going_away()
                is_free = True
            if is_free:
                self._held.pop(client, None)
        if not self._held:
            self._holds.clear()

    def forget(self, client: Listener) -> None:
        """The client is gone."""
        self.clients.discard(client)
        self._held.pop(client, None)

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
            await self._join_groups(layer, channel)
            async with asyncio.TaskGroup() as both:  # a receive that is cancelled ends its channel in the pub/sub layer
                both.create_task(self._join_for_ever(layer, channel))
                both.create_task(self._hear_for_ever(layer, channel))
        finally:
            for feature in registry:
                await layer.group_discard(feature.group, channel)

    async def _join_for_ever(self, layer: Any, channel: str) -> None:
        """Again and again: the layer in memory ends a membership after a day, and with a message that grew old."""
        while True:
            await asyncio.sleep(self.join_again)
            await self._join_groups(layer, channel)

    @staticmethod
    async def _join_groups(layer: Any, channel: str) -> None:
        for feature in registry:
            await layer.group_add(feature.group, channel)

    async def _hear_for_ever(self, layer: Any, channel: str) -> None:
        while True:
            message = await layer.receive(channel)
            self.hear(unpack(message), told_at(message))
            await asyncio.sleep(0)  # a layer that always has more must not keep the writers from their turn

    def hear(self, publications: Sequence[Publication], told: float = 0.0) -> None:
        """Pass on what a nudge told (at `told`), as far as it is in order; a gap is looked up at once."""
        counts.nudges += 1
        counts.heard += len(publications)
        counts.told_at = told
        for publication in publications:
            room = self.rooms.get(publication.topic)
            if room is not None:
                room.pass_on(room.line.offer(publication))
                if room.line.has_gap:
                    self._look.set()
        counts.told_at = 0.0

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
        return {topic: room.line.last for topic, room in list(self.rooms.items()) if room.line.last is not None}

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
        counts.healed += 1
        if filled is None:
            counts.unfillable += 1
            self._read_all_anew(room)
        else:
            room.pass_on(filled)

    @staticmethod
    def _read_all_anew(room: Room) -> None:
        for subscription, listener in list(room.listeners.items()):
            listener.read_anew(subscription)


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
