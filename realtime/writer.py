"""Writes ready frames to one client: by the server's own transport where it gives one, else by plain ASGI `send`.

A server that can write ready frames puts EXTENSION into the scope's extensions: a function without arguments that makes a Writer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from realtime.frames import Ready

EXTENSION = "thor.writer"
Send = Callable[[str], Awaitable[None]]


class Writer(Protocol):
    """One client's way out; nothing here waits or raises."""

    def write(self, ready: Ready) -> int:
        """Send, and say how many bytes the client has not taken yet."""

    def buffered(self) -> int:
        """How many bytes the client has not taken yet."""

    async def run(self) -> None:
        """The work that writing needs beside it; cancelled when the client is gone."""


class SendWriter:
    """By ASGI `send`, one message at a time, in a task of the client's own.

    It knows of a slow client what `send` lets it know, by waiting: uvicorn's does. Stock daphne's takes everything at once,
    so that under it nobody is held back and a client that does not read costs memory until daphne's own ping ends it.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._waiting: deque[str] = deque()
        self._buffered = 0
        self._wake = asyncio.Event()

    def write(self, ready: Ready) -> int:
        self._waiting.extend(ready.texts)
        self._buffered += sum(map(len, ready.texts))
        self._wake.set()
        return self._buffered

    def buffered(self) -> int:
        return self._buffered

    async def run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                text = self._waiting.popleft()
                await self._send(text)
                self._buffered -= len(text)


def writer_of(scope: Mapping[str, Any], send: Send) -> Writer:
    """The best writer that the server of this socket gives."""
    make: Callable[[], Writer] | None = (scope.get("extensions") or {}).get(EXTENSION)
    return make() if make is not None else SendWriter(send)
