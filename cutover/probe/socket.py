"""The probe's socket: one connection's whole life, read by a thread of its own into a bounded store."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import msgspec
import structlog
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

log = structlog.get_logger(__name__)

MOST_FRAMES = 100_000
MOST_BYTES = 64 * 2**20
"""What may wait to be taken; a client that is not asked for so long gives up."""
LARGEST_FRAME = 4 * 2**20
OPEN_SECONDS, CLOSE_SECONDS, PING_SECONDS = 5.0, 1.0, 10.0
LISTEN_SECONDS = 0.5
TOPICS_A_FRAME = 200
WELCOME = b'"type":"welcome"'
Clock = Callable[[], float]


class End(Enum):
    """Why a connection is over: LOST, whoever's fault; REFUSED, it never stood; FLOODED, nobody took what came; LEFT, by us."""

    LOST = "lost"
    REFUSED = "refused"
    FLOODED = "flooded"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Way:
    """How to come in: the server's base URL, the cookies of the probe's session, and the Origin, by default that URL."""

    base_url: str
    cookies: Mapping[str, str]
    origin: str = ""

    @property
    def socket_url(self) -> str:
        scheme, _, rest = self.base_url.partition("://")
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/ws/?subscribe=manual"

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


class Socket:
    """`start`, then `take` what came. It closes itself where nobody has called `take` or `keep` within its lease."""

    def __init__(self, way: Way, lease: float, clock: Clock = time.time, most_frames: int = MOST_FRAMES) -> None:
        self._way, self._lease, self._clock, self._most = way, lease, clock, most_frames
        self._until = time.monotonic() + lease
        self._frames: deque[tuple[float, bytes]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._connection: ClientConnection | None = None
        self._wishes: dict[str, str | None] = {}
        self.is_leaving = False
        self.succeeds = False
        """It takes the place of one that stood until we left it: nothing is missed between the two, for cursors are kept."""
        self.is_open = False
        self.end: End | None = None
        self.code = 0
        self.thread = threading.Thread(target=self._live, name="probe-socket", daemon=True)

    def start(self, topics: Mapping[str, str | None]) -> None:
        """Come in, then subscribe to these, each from its cursor where it has one."""
        self._wishes = dict(topics)
        self.thread.start()

    def take(self) -> list[tuple[float, bytes]]:
        """What came since, in order, each with when (seconds of the clock)."""
        self.keep()
        with self._lock:
            taken, self._frames, self._bytes = list(self._frames), deque(), 0
        return taken

    def keep(self) -> None:
        """It is still wanted."""
        self._until = time.monotonic() + self._lease

    def subscribe(self, topics: Iterable[str]) -> None:
        self._say("subscribe", list(topics))

    def unsubscribe(self, topics: Iterable[str]) -> None:
        self._say("unsubscribe", list(topics))

    def leave(self) -> None:
        """Close it; the thread ends within CLOSE_SECONDS and a little."""
        self.is_leaving = True
        self._until = 0.0

    def _say(self, type_: str, topics: list[Any]) -> None:
        """Where the connection is gone, nothing is said: it ends by itself."""
        connection = self._connection
        for at in range(0, len(topics), TOPICS_A_FRAME):
            frame = {"type": type_, "topics": topics[at : at + TOPICS_A_FRAME]}
            with contextlib.suppress(ConnectionClosed, OSError):
                if connection is not None and self.is_open:
                    connection.send(msgspec.json.encode(frame).decode())

    def _live(self) -> None:
        """The thread. Whatever it meets ends the connection, and is told by `end`."""
        try:
            self.end = self._connected()
        except Exception as fault:  # noqa: BLE001 - a thread's last word: the look that comes next begins anew
            log.warning("probe.socket_failed", fault=repr(fault))
            self.end = End.LOST if self.is_open else End.REFUSED
        finally:
            self.is_open = False

    def _connected(self) -> End:
        try:
            with self._opened() as connection:
                self._connection = connection
                return self._listen(connection)
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd is not None else 1006
            return self._ended()
        except (OSError, TimeoutError, EOFError, InvalidHandshake, InvalidURI) as fault:
            log.info("probe.socket_refused", fault=str(fault))
            return self._ended()

    def _ended(self) -> End:
        if self.is_leaving:
            return End.LEFT
        return End.LOST if self.is_open else End.REFUSED

    def _opened(self) -> ClientConnection:
        return connect(
            self._way.socket_url,
            origin=Origin(self._way.origin or self._way.base_url),
            additional_headers={"Cookie": self._way.cookie, "X-Thor-Client": "probe"},
            compression=None,
            proxy=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            max_size=LARGEST_FRAME,
        )

    def _listen(self, connection: ClientConnection) -> End:
        while time.monotonic() < self._until:
            with contextlib.suppress(TimeoutError):
                frame = connection.recv(timeout=LISTEN_SECONDS, decode=False)
                if not self._put(frame):
                    return End.FLOODED
                if not self.is_open:
                    self._welcomed(frame)
        return End.LEFT

    def _put(self, frame: bytes) -> bool:
        with self._lock:
            self._frames.append((self._clock(), frame))
            self._bytes += len(frame)
            return len(self._frames) <= self._most and self._bytes <= MOST_BYTES

    def _welcomed(self, frame: bytes) -> None:
        if WELCOME in frame[:40].replace(b" ", b""):
            self.is_open = True
            self._say(
                "subscribe",
                [
                    topic if cursor is None else {"topic": topic, "cursor": cursor}
                    for topic, cursor in self._wishes.items()
                ],
            )
