"""A client on a socket, for tests: what it says, what it is sent, and what it shows by folding that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from channels.testing.websocket import WebsocketCommunicator

from realtime.consumer import LiveConsumer
from realtime.tests.ledger import Somebody

PATIENCE = 10.0
"""How long a test waits for what must come; nothing is measured by it."""
ANN = Somebody()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what tells nobody when it happens."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)


class Desk:
    """One socket of LiveConsumer; `frames` is all that it was sent."""

    def __init__(self, user: Any = ANN, path: str = "/ws/?subscribe=manual", consumer: Any = LiveConsumer) -> None:
        self.socket = WebsocketCommunicator(consumer.as_asgi(), path)
        self.socket.scope["user"] = user
        self.frames: list[dict[str, Any]] = []

    async def open(self) -> dict[str, Any]:
        """The welcome."""
        accepted, _ = await self.socket.connect(timeout=PATIENCE)
        assert accepted
        return await self.next()

    async def next(self) -> dict[str, Any]:
        self.frames.append(json.loads(await self.socket.receive_from(timeout=PATIENCE)))
        return self.frames[-1]

    async def until(self, wanted: str | Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """The frames up to one of this type (or for which `wanted` is true), that one included."""
        came = []
        while not came or not (came[-1]["type"] == wanted if isinstance(wanted, str) else wanted(came[-1])):
            came.append(await self.next())
        return came

    async def say(self, **frame: Any) -> None:
        await self.socket.send_to(json.dumps(frame))

    async def subscribe(self, *topics: Any) -> None:
        await self.say(type="subscribe", topics=list(topics))

    async def quiet(self) -> list[dict[str, Any]]:
        """What was sent before the answer to a ping that is said now."""
        await self.say(type="ping", timestamp=len(self.frames))
        return (await self.until("pong"))[:-1]

    async def closed(self) -> int:
        """The code with which the socket is closed; frames that come before are left out."""
        while True:
            output = await self.socket.receive_output(timeout=PATIENCE)
            if output["type"] == "websocket.close":
                return int(output["code"])

    async def leave(self) -> None:
        await self.socket.disconnect(timeout=PATIENCE)
