"""Writes one client's backlog to its socket, so that a client that reads slowly holds up nobody but itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from realtime.backlog import Backlog, Outgoing

Send = Callable[[str], Awaitable[None]]
PATIENCE_SECONDS = 10.0


class PlainWriter:
    """By the server's ASGI `send`. `write` never waits; `run` is the task that sends.

    A burst alone makes no client slow: it is too far behind when more events wait than it may have
    and one frame has been stuck in `send` for `patience` seconds.
    """

    def __init__(self, send: Send, patience: float = PATIENCE_SECONDS) -> None:
        self._send = send
        self._patience = patience
        self._backlog = Backlog()
        self._wake = asyncio.Event()
        self._sending_since: float | None = None

    def write(self, outgoing: Outgoing) -> bool:
        """Queue a frame; False once the client is too far behind."""
        self._backlog.add(outgoing)
        self._wake.set()
        return not (self._backlog.is_overfull and self._is_stuck())

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            self._wake.clear()
            for text in self._backlog.take():
                self._sending_since = loop.time()
                await self._send(text)
                self._sending_since = None

    def _is_stuck(self) -> bool:
        since = self._sending_since
        return since is not None and asyncio.get_running_loop().time() - since >= self._patience
