"""Starts threads in a thread of its own: each start waits until the new thread runs, for which a loop has no time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue

Failed = Callable[[RuntimeError], None]
Order = tuple[threading.Thread, Failed]


class Starter:
    """`start` never blocks. A thread that cannot be had is told by `failed`, in whatever thread that is found out."""

    def __init__(self) -> None:
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._process = 0

    def start(self, thread: threading.Thread, failed: Failed) -> None:
        try:
            self._be_there()
        except RuntimeError as error:
            failed(error)
        else:
            self._orders.put((thread, failed))

    def _be_there(self) -> None:
        """A process that was forked has none of its parent's threads."""
        if self._process != os.getpid():
            self._orders = SimpleQueue()
            threading.Thread(target=_serve, args=(self._orders,), name="starter", daemon=True).start()
            self._process = os.getpid()


def _serve(orders: SimpleQueue[Order]) -> None:
    while True:
        thread, failed = orders.get()
        try:
            thread.start()
        except RuntimeError as error:
            failed(error)
        del thread, failed  # or they would live until the next order


starter = Starter()
