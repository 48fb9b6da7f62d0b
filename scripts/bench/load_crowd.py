"""The dashboards of the load bench: each polls as a browser would, or has a socket; what they ask and receive is counted."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect

SYMBOLS = ("SPY", "AAPL", "TSLA")
INTERVALS = (10.0, 10.0, 1.0, 10.0)
"""Seconds between two polls of the balance, the positions, the bars and the markets: the features' own."""
OPENING = 50
"""So many sockets shake hands at a time."""


@dataclass
class Tally:
    """What all dashboards together asked and received; waits in seconds."""

    requests: int = 0
    frames: int = 0
    received: int = 0
    faults: int = 0
    waits: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Visitor:
    """One dashboard's user, who looks at one account and one symbol."""

    number: int
    cookie: str
    account: int

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.number % len(SYMBOLS)]

    @property
    def polls(self) -> list[tuple[str, float]]:
        """Paths and the seconds between two polls."""
        account = f"/api/accounts/{self.account}"
        bars, markets = f"/api/intraday/?symbol={self.symbol}", "/api/markets/status/"
        return list(zip((f"{account}/balance/", f"{account}/positions/", bars, markets), INTERVALS, strict=True))

    @property
    def topics(self) -> list[str]:
        """What the same panels follow on a socket; the venues are added from the welcome."""
        place = f"USA.{self.symbol}"
        own = (f"balance.{self.account}", f"positions.{self.account}")
        return [*own, f"bars.{place}", f"bars_open.{place}", f"vwap.{place}", "stages", "heartbeat"]


class Poller:
    """One dashboard without a socket: one connection that is kept, and ETags as the browser keeps them."""

    def __init__(self, port: int, visitor: Visitor, tally: Tally) -> None:
        self._port, self._visitor, self._tally = port, visitor, tally
        self._tags: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def run(self) -> None:
        """Until it is cancelled. A poll that is late delays the next ones, as in a browser."""
        begin = time.monotonic()
        due = [(begin + random.random() * every, path, every) for path, every in self._visitor.polls]  # noqa: S311
        try:
            while True:
                due.sort()
                at, path, every = due[0]
                await asyncio.sleep(max(0.0, at - time.monotonic()))
                await self._poll(path)
                due[0] = (max(at + every, time.monotonic()), path, every)
        finally:
            self._hang_up()

    async def _poll(self, path: str) -> None:
        begin = time.monotonic()
        try:
            async with asyncio.timeout(60):
                status = await self._ask(path)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self._hang_up()
            self._tally.faults += 1
            return
        self._tally.requests += 1
        self._tally.faults += status not in (200, 204, 304)
        self._tally.waits.append(time.monotonic() - begin)

    async def _ask(self, path: str) -> int:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        tag = f"If-None-Match: {self._tags[path]}\r\n" if path in self._tags else ""
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nCookie: {self._visitor.cookie}\r\n"
            f"X-Thor-Client: dashboard; reads=timer\r\n{tag}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        status, headers = _parsed(head)
        length = int(headers.get("content-length", 0))
        await reader.readexactly(length)
        self._tally.received += len(head) + length
        if "etag" in headers:
            self._tags[path] = headers["etag"]
        return status

    def _hang_up(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(first.split(" ", 2)[1]), {name.lower(): value.strip() for name, _, value in pairs}


class Follower:
    """One dashboard with a socket: it subscribes to what its panels show, and reads."""

    def __init__(self, port: int, visitor: Visitor, tally: Tally, door: asyncio.Semaphore) -> None:
        self._port, self._visitor, self._tally, self._door = port, visitor, tally, door

    async def run(self) -> None:
        async with self._door:
            socket = await connect(
                f"ws://127.0.0.1:{self._port}/ws/?subscribe=manual",
                additional_headers={"Cookie": self._visitor.cookie},
                origin=f"http://127.0.0.1:{self._port}",  # type: ignore[arg-type]
                compression=None, proxy=None, open_timeout=60, max_size=None,
            )  # fmt: skip
            welcome = json.loads(await socket.recv())
            venues = [topic for topic in welcome["data"]["topics"] if topic.startswith("markets.")]
            await socket.send(json.dumps({"type": "subscribe", "topics": [*self._visitor.topics, *venues]}))
        try:
            async for frame in socket:
                self._tally.frames += 1
                self._tally.received += len(frame) + (4 if len(frame) > 125 else 2)
        finally:
            self._tally.faults += 1
            await socket.close()


Start = Callable[[Visitor], Coroutine[Any, Any, None]]


class Crowd:
    """All dashboards of one part of the run."""

    def __init__(self, visitors: Sequence[Visitor], start: Start) -> None:
        self._tasks = [asyncio.create_task(start(visitor)) for visitor in visitors]

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def pollers(port: int, tally: Tally) -> Start:
    return lambda visitor: Poller(port, visitor, tally).run()


def followers(port: int, tally: Tally) -> Start:
    door = asyncio.Semaphore(OPENING)
    return lambda visitor: Follower(port, visitor, tally, door).run()


def visitors_of(prepared: Mapping[str, Any]) -> list[Visitor]:
    numbers = itertools.count()
    return [Visitor(next(numbers), f"{prepared['name']}={value}", prepared["account"]) for value in prepared["cookies"]]
