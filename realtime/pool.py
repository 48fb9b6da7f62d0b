"""A bounded pool of threads for the reads that sockets ask for, each with its own database connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from django.db import close_old_connections, connections

T = TypeVar("T")
THREADS = 4


class ReadPool:
    """`run` a blocking read off the loop; `close` gives the threads' connections back."""

    def __init__(self, threads: int = THREADS) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="reads")
        self._connections: dict[int, Any] = {}

    async def run(self, read: Callable[..., T], *arguments: Any) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(self._within, read, *arguments))

    def _within(self, read: Callable[..., T], *arguments: Any) -> T:
        if threading.get_ident() not in self._connections:
            mine = connections["default"]
            mine.inc_thread_sharing()
            self._connections[threading.get_ident()] = mine
        close_old_connections()
        try:
            return read(*arguments)
        finally:
            close_old_connections()

    def close(self) -> None:
        """Wait for what runs and close the connections; nothing can be run after."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        for mine in self._connections.values():
            mine.close()
        self._connections.clear()
