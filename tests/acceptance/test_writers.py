"""One contract for every way of writing frames: real servers, a real database, and another process that publishes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.desk import PATIENCE, ROOT, Desk, Socket, eventually
from tests.servers import valkey
from tests.slow_client import SlowConnection

SERVERS = {
    "thor": ["manage.py", "serve", "--port"],
    "uvicorn": ["-m", "uvicorn", "--ws", "realtime.writer_uvicorn:ReadyFramesProtocol"],
    "stock uvicorn": ["-m", "uvicorn", "--ws", "websockets-sansio", "--ws-per-message-deflate", "false"],
    "stock daphne": ["-m", "daphne"],
}
APPLICATION = "thor_project.asgi:application"
READY = ["thor", "uvicorn"]
"""Those with our own writers, which keep the kernel's buffers small."""
TELLING = [*READY, "stock uvicorn"]
"""Those that let it be known how much a client has not read: stock daphne's `send` takes whatever there is at once."""
MEGABYTE = 1_048_576


def command(server: str, port: int) -> list[str]:
    if server == "thor":
        return [*SERVERS[server], str(port)]
    return [*SERVERS[server], *(["-p"] if "daphne" in server else ["--port"]), str(port), APPLICATION]


@dataclass
class Publisher:
    said: IO[str]
    heard: IO[str]

    def send(self, box: str, count: int, size: int, each: int = 20, first: int = 1) -> None:
        """Returns when all of it is committed."""
        print(
            json.dumps({"box": box, "first": first, "count": count, "size": size, "each": each}),
            file=self.said,
            flush=True,
        )
        assert self.heard.readline() == "sent\n"


@dataclass
class World:
    """Servers over one database and one layer, by name and by whether they are patient with slow clients."""

    servers: dict[tuple[str, bool], Desk]
    publisher: Publisher
    cookies: str

    @contextmanager
    def client(self, server: str, *topics: str, patient: bool = True) -> Iterator[Socket]:
        """A client that reads when it is told to, subscribed to these topics."""
        port = self.servers[server, patient].port
        with closing(SlowConnection(port, self.cookies, PATIENCE)) as connection:
            socket = Socket(connection)
            subscribe(socket, *topics)
            yield socket


def subscribe(socket: Socket, *topics: object) -> None:
    socket.send({"type": "subscribe", "topics": list(topics)})
    for _ in topics:
        socket.until_type("subscribed")


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("writers")
    with ExitStack() as stack:
        layer = stack.enter_context(valkey())
        environ = {"DJANGO_SETTINGS_MODULE": "tests.parcels.settings", **layer}
        home = Desk(folder, **environ)
        assert home.manage("migrate", "--verbosity=0").returncode == 0
        assert home.manage("create_user", "ann").returncode == 0
        link = home.manage("sign_in_link", "ann").stdout.split("#")[1].split()[0]
        servers = {
            (server, patient): Desk(folder, SLOW_CLIENT_SECONDS="3600" if patient else "1", **environ)
            for server in SERVERS
            for patient in ((True, False) if server in TELLING else (True,))
        }
        for (server, _), desk in servers.items():
            stack.callback(desk.stop)
            desk.start(*command(server, desk.port))
        for desk in servers.values():
            desk.wait_until_up()
        with servers["thor", True].signed_in(link) as client:
            cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        yield World(servers, stack.enter_context(publishing(home)), cookies)


@contextmanager
def publishing(home: Desk) -> Iterator[Publisher]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.parcels.publish"],
        cwd=ROOT,
        env=home.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process, process.stdin as said, process.stdout as heard:
        assert heard.readline() == "ready\n"
        yield Publisher(said, heard)
        said.close()


def parcels(socket: Socket, last: int) -> list[int]:
    """The numbers of the parcels up to this one; each is as it was packed."""
    socket.until(lambda frame: frame["type"] == "parcel" and frame["data"]["number"] == last, f"parcel {last}")
    came = [frame for frame in socket.frames if frame["type"] == "parcel" and "snapshot" not in frame]
    assert all(set(frame["data"]["filling"]) <= {"x"} for frame in came)
    return [frame["data"]["number"] for frame in came]


def label(socket: Socket, last: int) -> int:
    """How many labels came up to this one."""
    at = lambda: [frame["data"]["number"] for frame in socket.frames if frame["type"] == "label"]  # noqa: E731
    if last not in at():
        socket.until(lambda frame: frame["type"] == "label" and frame["data"]["number"] == last, f"label {last}")
    assert at() == sorted(at())
    return len(at())


@pytest.mark.parametrize("server", SERVERS)
def test_frames_arrive_whole_and_in_order_and_uncompressed(world, server):
    box = f"whole {server}".replace(" ", "-")
    with world.client(server, f"parcels.{box}", f"labels.{box}") as ann, world.client(server, f"parcels.{box}") as bob:
        world.publisher.send(box, 1, size=200_000)
        world.publisher.send(box, 300, size=0, first=2, each=300)
        world.publisher.send(box, 100, size=1000, first=302, each=1)
        for socket in (ann, bob):
            assert parcels(socket, 401) == list(range(1, 402))
            sizes = [len(frame["data"]["filling"]) for frame in socket.frames if frame["type"] == "parcel"]
            assert sizes == [200_000] + [0] * 300 + [1000] * 100
            assert "Sec-WebSocket-Extensions" not in socket.connection.response.headers
        label(ann, 401)


@pytest.mark.parametrize("server", SERVERS)
def test_one_that_stops_reading_for_a_while_has_every_event_and_the_newest_state(world, server):
    box = f"asleep {server}".replace(" ", "-")
    topics = (f"parcels.{box}", f"labels.{box}")
    with world.client(server, *topics) as asleep, world.client(server, *topics) as awake:
        for first in range(1, 800, 100):
            world.publisher.send(box, 100, size=4000, first=first, each=10)
            assert parcels(awake, first + 99) == list(range(1, first + 100))
        label(awake, 800)
        assert parcels(asleep, 800) == list(range(1, 801))
        labels = label(asleep, 800)
        if server in READY:
            assert labels < 80, "it was held back, and only the newest label waited"
        world.publisher.send(box, 1, size=10, first=801)
        assert parcels(asleep, 801)[-2:] == [800, 801]


@pytest.mark.parametrize("server", TELLING)
def test_one_that_never_reads_is_closed_while_others_are_served(world, server):
    box = f"dead {server}".replace(" ", "-")
    desk = world.servers[server, False]
    with (
        world.client(server, f"parcels.{box}", patient=False) as dead,
        world.client(server, f"parcels.{box}", patient=False) as alive,
    ):
        seen: list[int] = []

        def is_closed() -> bool:
            """After 400 KB more, for kernels that take much."""
            world.publisher.send(box, 100, size=4000, first=len(seen) + 1)
            seen[:] = parcels(alive, len(seen) + 100)
            return any("socket_ended" in line and "4008" in line for line in desk.lines)

        eventually(is_closed, "it is too slow")
        assert seen == list(range(1, len(seen) + 1))
        assert dead.connection.end() in (4008, None), "what it is told, if it wakes up in time to hear it"
        with world.client(server, patient=False) as back:
            third = next(frame for frame in alive.frames if frame["data"].get("number") == 3)
            subscribe(back, {"topic": third["topic"], "cursor": f"{third['epoch']}:{third['offset']}"})
            assert parcels(back, len(seen)) == seen[3:]


@pytest.mark.parametrize("server", TELLING)
def test_one_that_does_not_read_costs_no_memory(world, server):
    box = f"heavy {server}".replace(" ", "-")
    desk = world.servers[server, True]
    with world.client(server, f"parcels.{box}") as awake:
        exchange(world, awake, box, first=1)
        before = resident(desk)
        with world.client(server, f"parcels.{box}"):
            exchange(world, awake, box, first=2001)
            grown = resident(desk) - before
    assert grown < 12 * MEGABYTE, f"of 32 MB that it did not read, {grown / MEGABYTE:.0f} are kept"


def exchange(world: World, socket: Socket, box: str, first: int) -> None:
    """32 MB; the frames are forgotten."""
    for start in range(first, first + 2000, 100):
        world.publisher.send(box, 100, size=16_000, first=start, each=25)
        assert parcels(socket, start + 99) == list(range(start, start + 100))
        socket.frames.clear()


def resident(desk: Desk) -> int:
    """Bytes of memory that the server's process holds."""
    ((process, _),) = desk._processes
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell in /proc what a process holds")
    (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024
