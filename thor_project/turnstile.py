"""Lets so many requests at a time into Django; others wait in a line, and whoever finds it full is told to come back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[..., Awaitable[None]]

LINE = 2000
"""So many may wait."""
ALWAYS = ("/readyz", "/health", "/accounts/health/status")
"""Whoever asks whether the process is well must not wait for it to be."""
BODY = b'{"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": "Too many requests wait: come back."}'
HEADERS = [(b"content-type", b"application/problem+json"), (b"retry-after", b"5"), (b"cache-control", b"no-store")]


class Turnstile:
    """ASGI middleware. Under ASGI each request has a thread and a database connection of its own: without a bound, a crowd that
    polls took all that PostgreSQL has, and the sockets' reads found none.
    """

    def __init__(self, application: Application, at_once: int, line: int = LINE) -> None:
        self._application, self._line = application, line
        self._free = asyncio.Semaphore(at_once)
        self._waiting = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["path"] in ALWAYS:
            await self._application(scope, receive, send)
        elif self._waiting >= self._line:
            await send({"type": "http.response.start", "status": 503, "headers": HEADERS})
            await send({"type": "http.response.body", "body": BODY})
        else:
            await self._enter()
            try:
                await self._application(scope, receive, send)
            finally:
                self._free.release()

    async def _enter(self) -> None:
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
