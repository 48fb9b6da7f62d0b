#!/usr/bin/env python
"""What clients that read nothing cost the others: 20 readers alone, then with 5 stalled ones beside them, in one run.

200 messages of 4 KB a second on one topic. The result is the ratio of the readers' p99, what became of the stalled, and the
server's memory (`make bench`; docs/performance.md). `--quick` takes seconds and only prints.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.faults import BenchFault
from bench.machine import cores, description, resident_kb
from bench.processes import Child, free_port, python, wait_for_port
from bench.sections import write_section
from websockets.asyncio.client import connect

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
READERS, STALLED = 20, 5
MARK = re.compile(r"~(\d{12})~(\d{20})~")


@dataclass(frozen=True)
class Part:
    """One part of the run: delays in milliseconds, frames lost or out of order, and what the server says of its clients."""

    p50: float
    p99: float
    lost: int
    closed: list[tuple[int, float]]
    grown_kb: int


async def read(port: int, delays: list[float], stop: asyncio.Event) -> int:
    """Read until told to stop; how many messages were lost or came out of order."""
    faults, last = 0, None
    async with connect(f"ws://127.0.0.1:{port}/ws/", compression=None, max_size=None, proxy=None) as client:
        while not stop.is_set():
            try:
                text = await asyncio.wait_for(client.recv(decode=True), 0.5)
            except TimeoutError:
                continue
            if found := MARK.search(str(text)[:200]):
                delays.append((time.monotonic_ns() - int(found[2])) / 1e6)
                number = int(found[1])
                faults += last is not None and number != last + 1
                last = number
    return faults


def stall(port: int) -> socket.socket:
    """A client that shakes hands and then reads nothing more."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    lines = ("GET /ws/ HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade")
    more = (f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", "")
    client.sendall("\r\n".join((*lines, *more)).encode())
    client.recv(64)
    return client


async def part(server: Child, port: int, seconds: float, stalled: int) -> Part:
    delays: list[float] = []
    stop = asyncio.Event()
    readers = [asyncio.create_task(read(port, delays, stop)) for _ in range(READERS)]
    others = [stall(port) for _ in range(stalled)]
    await asyncio.sleep(1.0)
    before = resident_kb(server.pid)
    server.tell(f"publish {seconds}")
    said: dict[str, Any] = json.loads(await asyncio.to_thread(server.hear, seconds + 60))
    grown = resident_kb(server.pid) - before
    await asyncio.sleep(0.5)
    stop.set()
    lost = sum(await asyncio.gather(*readers))
    for other in others:
        other.close()
    cuts = statistics.quantiles(delays, n=100)
    return Part(cuts[49], cuts[98], lost, said["closed"], grown)


async def measure(folder: Path, seconds: float) -> tuple[Part, Part]:
    port, ours = free_port(), cores() or (None, None)
    server = Child("stalled", python("bench.contenders.stalled", port), folder, ours[0])
    try:
        if server.hear() != "ready":
            raise BenchFault("the server did not start")
        wait_for_port(port, "the server")
        await part(server, port, 1.0, 0)
        return await part(server, port, seconds, 0), await part(server, port, seconds, STALLED)
    finally:
        server.end()


def report(alone: Part, beside: Part, seconds: float) -> str:
    ends = ", ".join(f"{code} after {after:.1f} s" for code, after in beside.closed) or "none was closed"
    rows = [
        ("clients that read", f"{READERS}", f"{READERS}"),
        ("clients that do not", "0", f"{STALLED}"),
        ("p50 of the readers, ms", f"{alone.p50:.2f}", f"{beside.p50:.2f}"),
        ("p99 of the readers, ms", f"{alone.p99:.2f}", f"{beside.p99:.2f}"),
        ("lost or out of order", f"{alone.lost}", f"{beside.lost}"),
        ("server's memory grew by, KB", f"{alone.grown_kb}", f"{beside.grown_kb}"),
    ]
    table = "\n".join(f"| {name} | {left} | {right} |" for name, left, right in rows)
    return (
        f"200 messages of 4 KB a second for {seconds:g} s on daphne; {description()}, {datetime.now(UTC):%Y-%m-%d}.\n\n"
        f"| | readers alone | beside stalled ones |\n|---|---:|---:|\n{table}\n\n"
        f"**p99 beside stalled clients: {beside.p99 / alone.p99:.2f} × the p99 without them** (goal: ≤ 2). "
        f"The stalled were closed: {ends}."
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="three seconds for each part")
    given = parser.parse_args(arguments)
    seconds = 3.0 if given.quick else 15.0
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            alone, beside = asyncio.run(measure(Path(folder), seconds))
    except BenchFault as fault:
        sys.stderr.write(f"bench_stalled: {fault}\n")
        return 1
    text = report(alone, beside, seconds)
    sys.stdout.write(text + "\n")
    if not given.quick:
        write_section(DOCS, "bench_stalled", f"## Clients that do not read\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
