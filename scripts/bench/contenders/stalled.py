"""Thor on daphne, publishing by itself 200 messages of 4 KB a second when told, and telling how its clients ended.

python -m bench.contenders.stalled PORT: reads `publish SECONDS` lines, answers each with a line of JSON.
"""

from __future__ import annotations

from daphne.server import twisted_loop  # isort: skip # it installs Twisted's reactor

import asyncio
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.contenders import thor
from bench.contenders.messages import mark, ready
from realtime.codes import CloseCode
from realtime.consumer import LiveConsumer
from realtime.contract import Publication
from realtime.hub import hub_here
from thor_project.server import ThorServer

BYTES, A_SECOND = 4096, 200
closed: list[tuple[int, float]] = []
began = 0.0


class Watched(LiveConsumer):
    """Remembers with which code, and how many seconds after the publishing began, it closed its client."""

    def close_with(self, code: CloseCode) -> None:
        closed.append((int(code), round(time.monotonic() - began, 1)))
        super().close_with(code)


async def application(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    await Watched.as_asgi()(scope | {"user": thor.Guest()}, receive, send)


def publication(number: int) -> Publication:
    head = f'{{"type":"bench","data":{{"message":"{mark(number)}'
    tail = f'"}},"topic":"{thor.TOPIC}","epoch":"{thor.EPOCH}","offset":{number}}}'
    return Publication(thor.TOPIC, thor.EPOCH, number, head + "x" * (BYTES - len(head) - len(tail)) + tail)


async def publish(seconds: float) -> None:
    """At even intervals, numbered from 1: the clients are new, and the topic has no row in the database."""
    global began  # noqa: PLW0603 - one run at a time
    began = time.monotonic()
    for number in range(1, 1 + int(seconds * A_SECOND)):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        hub_here().hear([publication(number)])


async def obey() -> None:
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    ready()
    while line := await lines.readline():
        closed.clear()
        await publish(float(line.split()[1]))
        print(json.dumps({"clients": len(hub_here().clients), "closed": closed}), flush=True)


def run(port: int) -> None:
    endpoints = [f"tcp:{port}:interface=127.0.0.1"]
    server = ThorServer(application, endpoints, heartbeat=False, ready_callable=begin, ping_interval=3600)
    server.run()


def begin() -> None:
    tasks.append(twisted_loop.create_task(obey()))


tasks: list[asyncio.Task[None]] = []

if __name__ == "__main__":
    thor.serve_with(lambda: run(int(sys.argv[1])))
