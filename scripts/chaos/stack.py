"""All processes of a run: the two servers, two web processes, the heartbeat, a publisher and the crowd of clients."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chaos import sequence
from chaos.processes import PATIENCE_SECONDS, CannotRun, Process
from chaos.switches import HEALING, Switches
from tests.desk import free_port
from tests.servers import Postgres, Valkey, postgres_here, valkey_here


@dataclass(frozen=True, slots=True)
class Size:
    """How many clients see how many symbols, each of which closes a bar `a_second / symbols` times a second.

    `longest_wait`: seconds that a client waits at most before it tries again.
    """

    clients: int = 200
    symbols: int = 8
    a_second: float = 8.0
    venues: bool = True
    heals: bool = True
    longest_wait: float = 30.0
    seed: int = 1


@dataclass(frozen=True)
class Stack:
    """What a fault may be done to."""

    folder: Path
    clients: int
    switches: Switches
    database: Postgres
    layer: Valkey
    webs: tuple[Process, ...]
    ports: tuple[int, ...]
    heartbeat: Process
    publisher: Process
    crowd: Process

    def start_web(self, index: int) -> None:
        self.webs[index].start()
        self.web_is_up(index)

    def web_is_up(self, index: int) -> None:
        """Wait until it listens; its hub does so from then on."""
        wait_for_port(self.ports[index], self.webs[index].name)
        self.webs[index].is_ready()

    def start_publisher(self) -> None:
        self.publisher.start()
        heard = self.publisher.hear()
        if heard != "ready":
            raise CannotRun(f"publisher said {heard!r}")

    def all_are_open(self) -> None:
        """Wait until every client has its welcome."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.crowd.ask("open")["open"]) < self.clients:
            if time.monotonic() > deadline:
                raise CannotRun(f"only {found} of {self.clients} clients are connected")
            time.sleep(0.1)


@contextmanager
def running(folder: Path, size: Size) -> Iterator[Stack]:
    """Everything is up and every client connected; all of it ends with the block, however that ends."""
    with postgres_here() as database, valkey_here() as layer:
        variables = database.variables | layer.variables
        prepare(folder, variables, size)
        stack = build(folder, size, database, layer)
        with ExitStack() as ends:
            for process in (*stack.webs, stack.heartbeat, stack.publisher, stack.crowd):
                ends.callback(process.kill)
            for web in stack.webs:
                web.start()
            for index in range(len(stack.webs)):
                stack.web_is_up(index)
            stack.crowd.start()
            stack.all_are_open()
            stack.heartbeat.start()
            stack.start_publisher()
            yield stack


def prepare(folder: Path, variables: Mapping[str, str], size: Size) -> None:
    command = ["manage.py", "chaos_prepare", str(folder / "way.json"), *([] if size.venues else ["--no-venues"])]
    Process("prepare", command, folder, variables).run()


def build(folder: Path, size: Size, database: Postgres, layer: Valkey) -> Stack:
    variables = database.variables | layer.variables
    ports = (free_port(), free_port())
    way = folder / "way.json"
    told = {"ports": ports, "topics": sequence.topics(size.symbols), "longest_wait": size.longest_wait}
    way.write_text(json.dumps(json.loads(way.read_text()) | told))
    healing = variables | {HEALING: "on" if size.heals else "off"}
    return Stack(
        folder,
        size.clients,
        Switches(folder),
        database,
        layer,
        tuple(
            Process(f"web{number}", ["manage.py", "serve", "--port", str(port)], folder, healing)
            for number, port in enumerate(ports, 1)
        ),
        ports,
        Process("heartbeat", ["manage.py", "run_heartbeat"], folder, variables),
        Process("publisher", ["manage.py", "chaos_publish", str(size.symbols), str(size.a_second)], folder, variables),
        Process("crowd", ["-m", "chaos.crowd", str(way), str(size.clients), str(size.seed)], folder, {}),
    )


def wait_for_port(port: int, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            raise CannotRun(f"{what} does not listen")
        time.sleep(0.02)
