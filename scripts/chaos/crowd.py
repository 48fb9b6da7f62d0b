"""A process of many clients: `python -m chaos.crowd FILE COUNT SEED`; does what stdin says, one JSON line in answer to each."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from chaos.client import Client, Way
from chaos.heals import healed_in
from chaos.inquiries import Inquiries
from chaos.ledger import Ledger, Rows, differences
from chaos.windows import Window, told_in

ARRIVE_WITHIN_SECONDS = 1.5
LOOK_EVERY_SECONDS = 0.1


class Crowd:
    """All clients of this process, and what the suite may ask of them: each public method is a command."""

    def __init__(self, way: dict[str, Any], count: int, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - chance, not secrecy
        rows = Rows()
        self.inquiries = Inquiries(way["ports"], way["cookie"])
        route = Way(way["ports"], way["cookie"], way["topics"], way["longest_wait"])
        self.clients = [
            Client(route, Ledger(way["events"], rows), random.Random(seed + number))  # noqa: S311 - chance, not secrecy
            for number in range(1, count + 1)
        ]

    async def arrive(self, client: Client) -> None:
        await asyncio.sleep(self._chance.random() * ARRIVE_WITHIN_SECONDS)
        await client.run()

    async def open(self) -> dict[str, Any]:
        return {"open": sum(client.is_open for client in self.clients)}

    async def cut(self, share: float, away: float) -> dict[str, Any]:
        """Break the connections of a share of the clients, chosen at random."""
        chosen = self._chance.sample(self.clients, round(share * len(self.clients)))
        for client in chosen:
            client.cut(away)
        return {"cut": len(chosen)}

    async def settle(self, truth: str, patience: float) -> dict[str, Any]:
        """Wait until every client holds what the database holds; what differs when the patience ends."""
        true, deadline = read(truth), time.monotonic() + patience
        wrong = self._wrong(true)
        while wrong and time.monotonic() < deadline:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            wrong = self._wrong(true)
        return {"wrong": wrong}

    def _wrong(self, true: dict[str, Any]) -> list[list[str]]:
        """One list for each client that is not as it must be, and one for the inquiries."""
        found = [client.ledger.wrong + differences(client.ledger, true) for client in self.clients]
        return [one for one in [*found, self.inquiries.wrong] if one]

    async def judge(self, folder: str, windows: list[list[Any]]) -> dict[str, Any]:
        """What each window did to these clients."""
        chosen = [Window(*window) for window in windows]
        told = told_in(Path(folder), chosen)
        found = [healed_in(window, told[window], self.clients) for window in chosen]
        return {"windows": found, "status": self.inquiries.answers}


def read(file: str) -> dict[str, Any]:
    return dict(msgspec.json.decode(Path(file).read_bytes()))


async def serve(crowd: Crowd) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks = [asyncio.create_task(crowd.arrive(client)) for client in crowd.clients]
    tasks.append(asyncio.create_task(crowd.inquiries.run()))
    while line := await reader.readline():
        command, *arguments = json.loads(line)
        answer = await getattr(crowd, command)(*arguments)
        print(json.dumps(answer), flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def main(file: str, count: str, seed: str) -> None:
    asyncio.run(serve(Crowd(json.loads(Path(file).read_text()), int(count), int(seed))))


if __name__ == "__main__":
    main(*sys.argv[1:])
