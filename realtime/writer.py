"""Writes one client's backlog to its socket, so that a client that reads slowly holds up nobody but itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from realtime.backlog import Backlog, Outgoing

Send = Callable[[str], Awaitable[None]]


class PlainWriter:
    """By the server's ASGI `send`. `write` never waits; `run` is the task that sends."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._backlog = Backlog()
        self._wake = asyncio.Event()

    def write(self, outgoing: Outgoing) -> bool:
        """Queue a frame; False once the client is too far behind."""
        self._backlog.add(outgoing)
        self._wake.set()
        return not self._backlog.is_overfull

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            for text in self._backlog.take():
                await self._send(text)
