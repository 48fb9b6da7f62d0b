#!/usr/bin/env python
"""Measures how late the heartbeat ticks while one job hangs in a transaction, one raises and Redis accepts but never answers.

On SQLite and on PostgreSQL at once (`make bench-heartbeat`, ten minutes); the table goes to docs/performance.md, unless
`--seconds` asks for less than a full run.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.faults import BenchFault
from bench.machine import description
from bench.processes import ROOT, environment, python
from bench.sections import write_section
from bench.tables import figure, table
from with_postgres import postgres

DOCS = ROOT / "docs" / "performance.md"
HEADING = "## How late the heartbeat ticks"
FULL_SECONDS = 600
SPARE_SECONDS = 90
P99_AT_MOST_MS = 50.0
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@contextmanager
def hung_redis() -> Iterator[str]:
    """The URL of a listener that accepts (the kernel does it) and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def measured(seconds: int, databases: list[str]) -> list[dict[str, Any]]:
    """Each database's ticks, all at the same time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        redis = stack.enter_context(hung_redis())
        children = [_started(stack, folder, redis, name, seconds) for name in databases]
        return [_said(child, seconds) for child in children]


def _started(stack: ExitStack, folder: Path, redis: str, name: str, seconds: int) -> subprocess.Popen[str]:
    own = folder / name
    own.mkdir()
    database = stack.enter_context(postgres()) if name == "postgresql" else {}
    child = subprocess.Popen(
        python("bench.heartbeat_work", seconds),
        env=environment(own) | {"REDIS_URL": redis, "LOG_LEVEL": "CRITICAL"} | database,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(child.kill)
    return child


def _said(child: subprocess.Popen[str], seconds: int) -> dict[str, Any]:
    said, errors = child.communicate(timeout=seconds + SPARE_SECONDS)
    if child.returncode:
        raise BenchFault(f"the heartbeat failed: {(errors.strip().splitlines() or ['without a word'])[-1]}")
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def report(found: list[dict[str, Any]], databases: list[str], machine: str, date: str) -> str:
    head = [
        "",
        "seconds",
        "ticks",
        "late, ms: p50",
        "p99",
        "most",
        f"p99 ≤ {P99_AT_MOST_MS:g} ms",
        "a tick itself, ms: p99",
    ]
    rows = [row(DATABASES[name], result) for name, result in zip(databases, found, strict=True)]
    runs = [[name, *(_runs(result["runs"].get(name, {})) for result in found)] for name in found[0]["runs"]]
    nudges = ["nudges to the layer", *(_runs(result["nudges"]) for result in found)]
    return "\n\n".join(
        [
            f"Measured {date} on {machine}. Thor's own jobs, and beside them `bench_hangs` (each second; holds a lock in an "
            "open transaction and never comes back) and `bench_raises`; REDIS_URL is a listener that accepts and never answers. "
            "A tick is as late as its second is old when it comes.",
            table(head, rows),
            table(["runs by outcome", *(DATABASES[name] for name in databases)], [*runs, nudges]),
        ]
    )


def row(title: str, result: dict[str, Any]) -> list[str]:
    late, took = result["late_ms"], result["took_ms"]
    p99 = _p99(late)
    met = "met" if p99 <= P99_AT_MOST_MS and result["ticks"] >= result["seconds"] else "not met"
    figures = (median(late), p99, max(late))
    return [
        title,
        str(result["seconds"]),
        str(result["ticks"]),
        *map(figure, figures),
        met,
        figure(_p99(took)),
    ]


def _p99(figures: list[float]) -> float:
    return quantiles(figures, n=100, method="inclusive")[98]


def _runs(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{times} {outcome}" for outcome, times in outcomes.items() if times) or "–"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=FULL_SECONDS, help="how long; at least 5")
    parser.add_argument("--databases", default="sqlite,postgresql", help="one or both of sqlite,postgresql")
    parser.add_argument(
        "--docs", type=Path, help="write the section into this file; a full run writes docs/performance.md"
    )
    given = parser.parse_args(arguments)
    databases = given.databases.split(",")
    if given.seconds < 5 or not set(databases) <= DATABASES.keys():
        sys.stderr.write("bench_heartbeat: --seconds is at least 5, --databases some of sqlite,postgresql\n")
        return 2
    try:
        found = measured(given.seconds, databases)
    except BenchFault as fault:
        sys.stderr.write(f"bench_heartbeat: {fault}\n")
        return 1
    text = report(found, databases, description(), f"{datetime.now(UTC):%Y-%m-%d}")
    sys.stdout.write(text + "\n")
    if path := given.docs or (DOCS if given.seconds >= FULL_SECONDS else None):
        write_section(path, "bench_heartbeat", f"{HEADING}\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
