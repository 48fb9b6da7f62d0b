"""Asks each web process where it stands all the time, whatever happens to it: it may be away, but never err."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence

EVERY_SECONDS, PATIENCE_SECONDS = 0.5, 3.0
AWAY = "away"
FINE = {"200", "503", AWAY}


class Inquiries:
    """`answers` counts HTTP statuses; `away` where there was none in time."""

    def __init__(self, ports: Sequence[int], cookie: str) -> None:
        self.answers: Counter[str] = Counter()
        self._ports, self._cookie = ports, cookie

    @property
    def wrong(self) -> list[str]:
        """Answers that may never be."""
        return [f"/ws/status answered {status}" for status in self.answers if status not in FINE]

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            for port in self._ports:
                group.create_task(self._ask_again_and_again(port))

    async def _ask_again_and_again(self, port: int) -> None:
        while True:
            self.answers[await self._asked(port)] += 1
            await asyncio.sleep(EVERY_SECONDS)

    async def _asked(self, port: int) -> str:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._status(port)
        return AWAY

    async def _status(self, port: int) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            head = f"GET /ws/status HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {self._cookie}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            words = (await reader.readline()).decode("latin-1").split()
            return words[1] if len(words) > 1 else AWAY
        finally:
            writer.close()
