"""The dashboards of the flip bench, which hear of a move and acknowledge it, and the operator who is told how many have."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench.load_crowd import Visitor

STAGES = '{"type":"stages"'
FEATURE = "positions"


@dataclass
class Move:
    """One move of the feature, seconds after it was decided: when each dashboard heard, and what the operator was told when."""

    version: int
    stage: str
    heard: list[float] = field(default_factory=list)
    told: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def counted_after(self, answered: int) -> float | None:
        """Until so many acknowledgements were counted and the operator told; None where they were not."""
        return next((after for after, answers in self.told if answers["answered"] >= answered), None)


@dataclass
class Watch:
    """What all dashboards and the operator saw, by the move's version."""

    moves: dict[int, Move] = field(default_factory=dict)
    by_cursor: dict[str, tuple[Move, float]] = field(default_factory=dict)
    waiting: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    open: int = 0
    lost: int = 0

    def hear(self, text: str, at: float) -> str:
        """A dashboard's `stages` frame; its cursor."""
        frame = json.loads(text)
        row = next(row for row in frame["data"]["stages"] if row["feature"] == FEATURE)
        cursor = f"{frame['epoch']}:{frame['offset']}" if "epoch" in frame else ":0"
        if row["changed_at"] is not None and not frame.get("snapshot"):
            decided = datetime.fromisoformat(row["changed_at"]).timestamp()
            move = self.moves.setdefault(row["version"], Move(row["version"], row["stage"]))
            move.heard.append(at - decided)
            self.by_cursor[cursor] = (move, decided)
        return cursor

    def tell(self, text: str, at: float) -> None:
        """The operator's `answers` frame; those that come before any dashboard's word wait for it."""
        self.waiting.append((at, json.loads(text)["data"]))
        known = [one for one in self.waiting if one[1]["cursor"] in self.by_cursor]
        self.waiting = [one for one in self.waiting if one[1]["cursor"] not in self.by_cursor]
        for when, answers in known:
            move, decided = self.by_cursor[answers["cursor"]]
            move.told.append((when - decided, answers))


class Dashboards:
    """Opens a socket for each visitor; each follows what its panels show, and acknowledges the stages."""

    def __init__(self, port: int, operator: str, watch: Watch) -> None:
        self._port, self._operator, self._watch = port, operator, watch
        self._door = asyncio.Semaphore(50)

    async def dashboard(self, visitor: Visitor) -> None:
        async with self._door:
            socket = await self._open(visitor.cookie)
            welcome = json.loads(await socket.recv())
            venues = [topic for topic in welcome["data"]["topics"] if topic.startswith("markets.")]
            await self._subscribe(socket, [*visitor.topics, *venues])
        self._watch.open += 1
        await self._read(socket, lambda text: text.startswith(STAGES), self._acknowledge)

    async def operator(self) -> None:
        socket = await self._open(self._operator)
        await self._subscribe(socket, ["answers"])

        async def note(_: ClientConnection, text: str, at: float) -> None:
            self._watch.tell(text, at)

        await self._read(socket, lambda text: text.startswith('{"type":"answers"'), note)

    async def _acknowledge(self, socket: ClientConnection, text: str, at: float) -> None:
        cursor = self._watch.hear(text, at)
        await socket.send(f'{{"type":"stages_ack","cursor":"{cursor}"}}')

    async def _read(self, socket: ClientConnection, is_wanted: Callable[[str], bool], take: Any) -> None:
        try:
            async for text in socket:
                if is_wanted(str(text)):
                    await take(socket, str(text), time.time())
        finally:
            self._watch.lost += 1
            await socket.close()

    async def _open(self, cookie: str) -> ClientConnection:
        return await connect(
            f"ws://127.0.0.1:{self._port}/ws/?subscribe=manual",
            additional_headers={"Cookie": cookie},
            origin=f"http://127.0.0.1:{self._port}",  # type: ignore[arg-type]
            compression=None, proxy=None, open_timeout=60, max_size=None,
        )  # fmt: skip

    @staticmethod
    async def _subscribe(socket: ClientConnection, topics: list[str]) -> None:
        await socket.send(json.dumps({"type": "subscribe", "topics": topics}))
