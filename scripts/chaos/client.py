"""One client: its socket, which comes back as the browser's does, around its ledger."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from chaos.ledger import Ledger, Seen, parsed

FIRST_WAIT = 0.5
STEADY_SECONDS = 10.0
PING_SECONDS, PONG_SECONDS, WELCOME_SECONDS = 20.0, 10.0, 10.0
FIRST_FINAL = 4500
TOPICS_A_FRAME = 200
ALWAYS = ("stages", "heartbeat")
_decode = msgspec.json.Decoder(Seen).decode


@dataclass(frozen=True, slots=True)
class Way:
    """How clients come in: by any of these ports, as a proxy would choose, with this cookie; what they want; how long they wait."""

    ports: Sequence[int]
    cookie: str
    topics: Sequence[str]
    longest_wait: float


@dataclass
class Client:
    """`run` until it is cancelled. `welcomes` are the times at which it was back; `closes` why it had been gone."""

    way: Way
    ledger: Ledger
    chance: random.Random
    welcomes: list[float] = field(default_factory=list)
    closes: list[tuple[float, int]] = field(default_factory=list)
    stays_away: float = 0.0
    _connection: ClientConnection | None = None
    _is_open: bool = False
    _due: float | None = None
    _attempt: int = 0

    @property
    def is_open(self) -> bool:
        return self._is_open

    async def run(self) -> None:
        while True:
            code = await self._once()
            now = time.time()
            self.closes.append((now, code))
            self.ledger.lost_socket(now)
            if code >= FIRST_FINAL:
                self.ledger.wrong.append(f"sent away for good: {code}")
                return
            wait = min(self.way.longest_wait, FIRST_WAIT * 2**self._attempt) * self.chance.random()
            self._attempt = min(self._attempt + 1, 10)
            await asyncio.sleep(max(wait, self.stays_away))
            self.stays_away = 0.0

    def cut(self, away: float = 0.0) -> None:
        """The connection breaks without a word; it comes back not before so many seconds."""
        if self._connection is not None:
            self.stays_away = away
            self._connection.transport.abort()

    async def _once(self) -> int:
        """One connection; its close code (1006 where it just broke)."""
        try:
            async with asyncio.timeout(WELCOME_SECONDS):
                self._connection = await self._connected()
            return await self._hear(self._connection)
        except (OSError, TimeoutError, InvalidHandshake, EOFError):
            return 1006
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd is not None else 1006
        finally:
            self._is_open, self._due, connection, self._connection = False, None, self._connection, None
            if connection is not None:
                connection.transport.abort()

    async def _connected(self) -> ClientConnection:
        host = f"127.0.0.1:{self.chance.choice(self.way.ports)}"
        return await connect(
            f"ws://{host}/ws/?subscribe=manual",
            origin=f"http://{host}",  # type: ignore[arg-type] # an Origin is a str
            additional_headers={"Cookie": self.way.cookie},
            compression=None,
            ping_interval=None,
            proxy=None,
            max_size=None,
            open_timeout=None,
        )

    async def _hear(self, connection: ClientConnection) -> int:
        opened = time.time()
        self._due = opened + WELCOME_SECONDS
        pinging = asyncio.create_task(self._ping(connection))
        try:
            while True:
                frame = _decode(await connection.recv(decode=False))
                now = time.time()
                if now - opened > STEADY_SECONDS:
                    self._attempt = 0
                await self._take(connection, frame, now)
        finally:
            pinging.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await pinging

    async def _take(self, connection: ClientConnection, frame: Seen, now: float) -> None:
        if frame.type == "welcome":
            self._due, self._is_open = None, True
            self.welcomes.append(now)
            await self._ask(connection, list(dict.fromkeys([*ALWAYS, *parsed(frame.data)["topics"], *self.way.topics])))
        elif frame.type == "pong":
            self._due = None
        elif not self.ledger.take(frame, now):
            await self._ask(connection, [frame.topic])

    async def _ask(self, connection: ClientConnection, topics: Sequence[str]) -> None:
        for at in range(0, len(topics), TOPICS_A_FRAME):
            wishes: list[Any] = [self.ledger.request(topic) for topic in topics[at : at + TOPICS_A_FRAME]]
            await connection.send(msgspec.json.encode({"type": "subscribe", "topics": wishes}).decode())

    async def _ping(self, connection: ClientConnection) -> None:
        """Without a welcome or a pong in time the connection is dead, though nobody said so."""
        asked = time.time()
        while True:
            await asyncio.sleep(0.5)
            now = time.time()
            if self._due is not None and now > self._due:
                connection.transport.abort()
            elif self._due is None and now - asked > PING_SECONDS:
                asked, self._due = now, now + PONG_SECONDS
                await connection.send(msgspec.json.encode({"type": "ping", "timestamp": now}).decode())
