"""A real desk in a process of its own, for tests: its server, its command line, a signed-in REST client, a socket."""

from __future__ import annotations

import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.template import give_database

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0
LINK = re.compile(r"/sign-in#(\S+)")
INHERITED = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_START", "SYSTEMROOT")


class Desk:
    """Start it as a context manager. `environ` is all that it sees of the environment, beside what a process needs.

    `root`: where its code is, if not here.
    """

    def __init__(self, folder: Path, root: Path = ROOT, **environ: str) -> None:
        self.root = root
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
            "DATABASE_URL": f"sqlite:///{folder}/desk.sqlite3",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environ,
        }
        self.lines: list[str] = []
        self._new_lines: queue.Queue[str | None] = queue.Queue()
        self._processes: list[tuple[subprocess.Popen[str], threading.Thread]] = []

    def __enter__(self) -> Desk:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, *command: str) -> Desk:
        """Run `start_stack` (or another command) until it is told to stop."""
        if not command and self.root == ROOT:
            give_database(self.environ["DATABASE_URL"])
        process = subprocess.Popen(
            [sys.executable, *(command or ("manage.py", "start_stack"))],
            cwd=self.root,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        reader = threading.Thread(target=self._read, args=(process,), daemon=True)
        reader.start()
        self._processes.append((process, reader))
        return self

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.lines.append(line)
                self._new_lines.put(line)
        self._new_lines.put(None)

    def stop(self) -> None:
        self._end(subprocess.Popen.terminate)

    def kill(self) -> None:
        self._end(subprocess.Popen.kill)

    def _end(self, end: Callable[[subprocess.Popen[str]], None]) -> None:
        for process, _ in self._processes:
            end(process)
        for process, reader in self._processes:
            process.wait(PATIENCE)
            reader.join(PATIENCE)
        self._processes.clear()

    def manage(self, *arguments: str, piped: str | None = None) -> subprocess.CompletedProcess[str]:
        """One management command beside the server, with the same environment."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env=self.environ,
            input=piped,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def token(self) -> str:
        """The one-time token of the link that the desk printed."""
        deadline = time.monotonic() + PATIENCE
        while (found := LINK.search("".join(self.lines))) is None:
            line = self._new_lines.get(timeout=max(0.1, deadline - time.monotonic()))
            assert line is not None, "the desk ended:\n" + "".join(self.lines)
        return found[1]

    def another_token(self) -> str:
        """That of a link made beside the server, for a second one who signs in."""
        found = LINK.search(self.manage("sign_in_link").stdout)
        assert found is not None
        return found[1]

    def wait_until_up(self) -> None:
        with self.client() as client:
            eventually(lambda: client.get("/api/session/").status_code == 401, "the server answers")

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=PATIENCE)

    @contextmanager
    def signed_in(self, token: str | None = None) -> Iterator[httpx.Client]:
        with self.client() as client:
            token = token or self.token()
            self.wait_until_up()
            client.get("/api/session/")
            headers = {"X-CSRFToken": client.cookies["csrftoken"], "Origin": self.url}
            answer = client.post("/api/session/link/", json={"token": token}, headers=headers)
            assert answer.status_code == 200, answer.text
            yield client

    @contextmanager
    def socket(self, client: httpx.Client | None, query: str = "", origin: str | None = None) -> Iterator[Socket]:
        cookies = "" if client is None else "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        with connect(  # type: ignore[call-overload]
            f"ws://127.0.0.1:{self.port}/ws/{query}",
            origin=origin or self.url,
            additional_headers={"Cookie": cookies} if cookies else {},
            compression=None,
            proxy=None,
            max_size=None,
            max_queue=None,  # it reads all the while: with frames that nobody asked for, closing would take 10 s
        ) as connection:
            yield Socket(connection)


class Socket:
    """A client that keeps every frame it saw."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[dict[str, Any]] = []

    def send(self, frame: dict[str, Any]) -> None:
        self.connection.send(json.dumps(frame))

    def next(self, timeout: float = PATIENCE) -> dict[str, Any]:
        frame = json.loads(self.connection.recv(timeout=timeout))
        self.frames.append(frame)
        return frame

    def until(self, wanted: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """The first frame from now on that is wanted; all are kept in `frames`."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                frame = self.next(timeout=max(0.1, deadline - time.monotonic()))
            except TimeoutError:
                raise AssertionError(f"no frame came: {what}; types seen: {[f['type'] for f in self.frames]}") from None
            if wanted(frame):
                return frame

    def until_type(self, type_: str) -> dict[str, Any]:
        return self.until(lambda frame: frame["type"] == type_, f"of type {type_}")


def eventually(is_so: Callable[[], object], what: str, patience: float = PATIENCE) -> Any:
    """The first true answer of `is_so`; what does not come about in time fails with its name."""
    deadline = time.monotonic() + patience
    while True:
        try:
            answer = is_so()
        except httpx.TransportError:
            answer = None
        if answer:
            return answer
        assert time.monotonic() < deadline, f"did not come about: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
