"""The dashboards without a socket, which ask for the stages instead: what each was last answered, in this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

from realtime.contract import Cursor

LATELY = timedelta(seconds=30)
MOST = 10_000


class Polls:
    """Requests are answered by many threads at once. A dashboard is told by its session and its browser."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[str, str], tuple[datetime, Cursor]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, session: str, agent: str, cursor: Cursor, now: datetime) -> None:
        """It was answered the stages at this cursor."""
        with self._lock:
            self._last.pop((session, agent), None)
            self._last[session, agent] = (now, cursor)
            if len(self._last) > MOST:
                self._last.popitem(last=False)

    def forget(self, session: str, agent: str) -> None:
        """It has a socket again."""
        with self._lock:
            self._last.pop((session, agent), None)

    def answered(self, now: datetime) -> list[Cursor]:
        """What those that asked lately have."""
        with self._lock:
            while self._last and next(iter(self._last.values()))[0] <= now - LATELY:
                self._last.popitem(last=False)
            return [cursor for _, cursor in self._last.values()]


polls = Polls()
