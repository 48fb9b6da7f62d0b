"""What must be true before an embedded desk is set up: a free port, usable input, and for a replay a fresh database.

StackError
├── PortTakenError
├── AddressError
└── ReplayTakenError
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

LAST_PORT = 65535
_held: dict[Path, IO[str]] = {}
"""The locks of this process by the database that each keeps; the system lets go of them when it ends, however it ends."""


class StackError(Exception):
    """The desk cannot start; the message is one line that says what to change."""


class PortTakenError(StackError):
    """Something else listens on the port: stop it, or choose another by PORT=."""


class AddressError(StackError):
    """The address cannot be listened on: mend HOST= or PORT=."""


class ReplayTakenError(StackError):
    """Another process plays into the replay's database: stop it, or play a file of another name."""


def require_free_port(host: str, port: int) -> None:
    """Raises a StackError where a server could not listen there."""
    if not 1 <= port <= LAST_PORT:
        raise AddressError(f"PORT={port} is not a port: choose 1 to {LAST_PORT}")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as fault:
        raise _named(fault, host, port) from fault


def _named(fault: OSError, host: str, port: int) -> StackError:
    if fault.errno == errno.EADDRINUSE:
        return PortTakenError(f"port {port} is in use: stop what runs there, or choose another, e.g. PORT={port + 1}")
    return AddressError(f"cannot listen on HOST={host} PORT={port}: {fault.strerror or fault}")


def replay_database(database: Mapping[str, Any], folder: Path) -> Path | None:
    """The file that belongs to a replay alone; None for any other database, which nobody may delete."""
    if not str(database["ENGINE"]).endswith("sqlite3"):
        return None
    path = Path(str(database["NAME"]))
    return path if path.parent == folder and path.name.startswith("replay-") and path.suffix == ".sqlite3" else None


def hold_replay(path: Path) -> None:
    """Keep a replay's database for this process alone until it ends; ReplayTakenError where another has it."""
    import fcntl  # POSIX only, and asked for by replays only

    if path in _held:
        return
    lock = path.with_name(path.name + ".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise ReplayTakenError(
            f"another desk plays into {path}, the database of every recording of that name: stop it, or rename the file"
        ) from None
    _held[path] = lock


def forget_last_replay(path: Path) -> None:
    """Delete a replay's database with SQLite's files beside it; nothing may be connected to it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
