"""What the benches with a thousand dashboards run against: a web process on a core of its own, the rest of a desk on the other."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chaos.processes import Process
from chaos.stack import wait_for_port

from bench.machine import allow_files, cores
from tests.desk import free_port
from tests.servers import Postgres, Valkey, postgres_here, valkey_here


@dataclass(frozen=True)
class Desk:
    """`prepared`: what `bench.load_prepare` printed. `environ`: what the desk's processes see beside a process's own."""

    port: int
    web: Process
    prepared: Mapping[str, Any]
    environ: Mapping[str, str]
    database: Postgres
    layer: Valkey


@contextmanager
def desk_for(
    users: int, folder: Path, settings: str, beats: bool = True, only_web: Mapping[str, str] | None = None
) -> Iterator[Desk]:
    """PostgreSQL, Valkey, a web process and (if it `beats`) a heartbeat; all end with the block.

    `settings`: the settings' module. `only_web`: variables for the web process alone.
    CannotRun or BenchFault where a process or the machine does not let it run.
    """
    allow_files(2 * users)
    port, place = free_port(), cores()
    with postgres_here() as database, valkey_here() as layer:
        environ = database.variables | layer.variables | {
            "DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": "scripts:.", "LOG_LEVEL": "ERROR",
            "REQUESTS_PER_MINUTE": "10000000", "PORT": str(port),
        }  # fmt: skip
        prepared = _prepared(users, folder, environ)
        web = Process("web", ["manage.py", "serve", "--port", str(port)], folder, environ | dict(only_web or {}))
        heartbeat = Process("heartbeat", ["manage.py", "run_heartbeat"], folder, environ)
        try:
            web.start()
            wait_for_port(port, "web")
            if beats:
                heartbeat.start()
            if place:
                os.sched_setaffinity(web.pid, {place[0]})
            yield Desk(port, web, prepared, environ, database, layer)
        finally:
            web.kill()
            heartbeat.kill()


def _prepared(users: int, folder: Path, environ: Mapping[str, str]) -> Mapping[str, Any]:
    process = Process("prepare", ["-m", "bench.load_prepare", str(users)], folder, environ)
    process.start()
    told: Mapping[str, Any] = json.loads(process.hear())
    process.has_ended()
    return told
