"""One client's backlog on its way to the socket."""

from __future__ import annotations

import asyncio

from realtime.backlog import EVENTS_WAITING, Outgoing, Weight
from realtime.writer import PlainWriter

EVENT = Outgoing("event", Weight.EVENT, "t")


class Socket:
    """An ASGI `send` that can be held up."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.is_asked = asyncio.Event()

    async def send(self, text: str) -> None:
        self.is_asked.set()
        await self.is_open.wait()
        self.sent.append(text)


async def stop(task: asyncio.Task) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_frames_go_out_in_order_and_states_conflated():
    socket = Socket()
    writer = PlainWriter(socket.send)
    for text, weight in [("s1", Weight.STATE), ("answer", Weight.ANSWER), ("s2", Weight.STATE)]:
        assert writer.write(Outgoing(text, weight, "t"))
    task = asyncio.create_task(writer.run())
    await asyncio.wait_for(socket.is_asked.wait(), 5)
    assert socket.sent == ["answer", "s2"]
    await stop(task)


async def test_a_burst_alone_makes_nobody_slow():
    writer = PlainWriter(Socket().send, patience=0.0)
    assert all(writer.write(EVENT) for _ in range(3 * EVENTS_WAITING))


async def test_a_client_that_is_stuck_is_too_slow_once_too_many_events_wait():
    socket = Socket()
    socket.is_open.clear()
    writer = PlainWriter(socket.send, patience=0.0)
    task = asyncio.create_task(writer.run())
    writer.write(EVENT)
    await asyncio.wait_for(socket.is_asked.wait(), 5)
    assert all(writer.write(EVENT) for _ in range(EVENTS_WAITING))
    assert not writer.write(EVENT)
    await stop(task)


async def test_a_client_that_is_stuck_for_a_moment_is_not_too_slow():
    socket = Socket()
    socket.is_open.clear()
    writer = PlainWriter(socket.send, patience=3600.0)
    task = asyncio.create_task(writer.run())
    writer.write(EVENT)
    await asyncio.wait_for(socket.is_asked.wait(), 5)
    assert all(writer.write(EVENT) for _ in range(2 * EVENTS_WAITING))
    await stop(task)
