"""The Django application that counts a process's database queries, in a file that the bench reads while they go on."""

from __future__ import annotations

import mmap
import os
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created

VARIABLE = "BENCH_QUERIES"
COUNT = struct.Struct("<Q")


class QueryCount:
    """A number in a file that other processes may read."""

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), COUNT.size)
        self._lock = threading.Lock()

    @staticmethod
    def begin(path: Path) -> None:
        path.write_bytes(COUNT.pack(0))

    def read(self) -> int:
        return int(COUNT.unpack(self._memory[:])[0])

    def one_more(self, execute: Callable[..., Any], *given: Any) -> Any:
        """Django calls it in the place of each query."""
        with self._lock:
            self._memory[:] = COUNT.pack(self.read() + 1)
        return execute(*given)


class LoadConfig(AppConfig):
    name = "bench"

    def ready(self) -> None:
        if VARIABLE in os.environ:
            self.count = QueryCount(Path(os.environ[VARIABLE]))
            connection_created.connect(self._watch)

    def _watch(self, connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(self.count.one_more)
