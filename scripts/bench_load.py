#!/usr/bin/env python
"""1 000 dashboards that poll against 1 000 on sockets, in one run: requests, bytes, CPU and queries per user and minute.

A web process (`manage.py serve`) on a core of its own; the heartbeat, PostgreSQL, Valkey and the dashboards on the other.
One process cannot answer a thousand pollers; what polling costs a user who is answered is measured with a few, before them.
The result is the ratio of those few to the sockets (docs/performance.md). `--quick` takes seconds and only prints.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.faults import BenchFault
from bench.load_app import VARIABLE, QueryCount
from bench.load_crowd import INTERVALS, Crowd, Start, Tally, Visitor, followers, pollers, visitors_of
from bench.load_rig import desk_for
from bench.machine import cpu_seconds, description, resident_kb
from bench.sections import write_section
from chaos.processes import CannotRun, Process

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


@dataclass(frozen=True)
class Plan:
    """How many dashboards, how many of them one process can answer, how long they settle and are measured, in seconds."""

    users: int
    few: int
    settle: float
    measure: float


@dataclass(frozen=True)
class Part:
    """What one part cost, per user and minute, but for `p99_ms` (of an answer), `rss_kb` and `faults` (of the process).

    `arrival_ms`: the CPU of one user's coming, above what his being there costs.
    """

    requests: float
    frames: float
    bytes: float
    cpu_ms: float
    queries: float
    p99_ms: float
    rss_kb: int
    faults: int
    arrival_ms: float


@dataclass(frozen=True)
class Rig:
    port: int
    web: Process
    queries: QueryCount


async def part(rig: Rig, plan: Plan, visitors: list[Visitor], start: Callable[[int, Tally], Start]) -> Part:
    tally, before = Tally(), cpu_seconds([rig.web.pid])
    crowd = Crowd(visitors, start(rig.port, tally))
    await asyncio.sleep(plan.settle)
    _forget(tally)
    at_start, queries = cpu_seconds([rig.web.pid]), rig.queries.read()
    await asyncio.sleep(plan.measure)
    counted = Tally(**vars(tally))
    cpu, queries = cpu_seconds([rig.web.pid]) - at_start, rig.queries.read() - queries
    rss = resident_kb(rig.web.pid)
    await crowd.leave()
    per = len(visitors) * plan.measure / 60 or 1.0
    return Part(
        requests=counted.requests / per,
        frames=counted.frames / per,
        bytes=counted.received / per,
        cpu_ms=1000 * cpu / per,
        queries=queries / per,
        p99_ms=1000 * statistics.quantiles(counted.waits, n=100)[98] if len(counted.waits) > 1 else 0.0,
        rss_kb=rss,
        faults=counted.faults,
        arrival_ms=1000 * (at_start - before - cpu * plan.settle / plan.measure) / len(visitors),
    )


def _forget(tally: Tally) -> None:
    tally.requests = tally.frames = tally.received = tally.faults = 0
    tally.waits = []


@dataclass(frozen=True)
class Parts:
    few: Part
    polled: Part
    pushed: Part


def measured(plan: Plan, folder: Path) -> Parts:
    """What each part cost. CannotRun or BenchFault where a process or the machine does not let it run."""
    counts = folder / "queries"
    QueryCount.begin(counts)
    with desk_for(plan.users, folder, "bench.load_settings", only_web={VARIABLE: str(counts)}) as desk:
        rig = Rig(desk.port, desk.web, QueryCount(counts))
        return asyncio.run(_parts(rig, plan, visitors_of(desk.prepared)))


async def _parts(rig: Rig, plan: Plan, visitors: list[Visitor]) -> Parts:
    few = await part(rig, plan, visitors[: plan.few], pollers)
    pushed = await part(rig, plan, visitors, followers)
    await asyncio.sleep(2.0)
    return Parts(few, await part(rig, plan, visitors, pollers), pushed)


ROWS: tuple[tuple[str, Callable[[Part], float], str], ...] = (
    ("REST requests", lambda part: part.requests, ".1f"),
    ("frames", lambda part: part.frames, ".1f"),
    ("bytes received", lambda part: part.bytes, ",.0f"),
    ("CPU of the web process, ms", lambda part: part.cpu_ms, ".1f"),
    ("database queries", lambda part: part.queries, ".2f"),
)


def report(parts: Parts, plan: Plan) -> str:
    table = "\n".join(_row(name, of, form, parts) for name, of, form in ROWS)
    asked = sum(60 / every for every in INTERVALS)
    few, polled, pushed = parts.few, parts.polled, parts.pushed
    return (
        f"Dashboards on one web process, {plan.measure:g} s each; {description()}, {datetime.now(UTC):%Y-%m-%d}.\n\n"
        f"| per user and minute | {plan.few} polling | {plan.users} polling | {plan.users} on sockets "
        f"| {plan.few} polling ÷ sockets |\n|---|---:|---:|---:|---:|\n{table}\n\n"
        f"A poller asks {asked:.0f} times a minute. Of {plan.few} the process answered {few.requests / asked:.0%}, p99 "
        f"{few.p99_ms:.0f} ms; of {plan.users} it answered {polled.requests / asked:.0%}, p99 {polled.p99_ms:.0f} ms. "
        f"On sockets a user receives {1 - pushed.bytes / few.bytes:.1%} fewer bytes than one who polls and is answered. "
        f"To come, with its snapshots, costs a dashboard on sockets {pushed.arrival_ms:.1f} ms of CPU. "
        f"Faults: {few.faults + polled.faults} polling, {pushed.faults} on sockets. Memory of the process: "
        f"{few.rss_kb // 1024} MB with {plan.few} polling, {pushed.rss_kb // 1024} MB with {plan.users} on sockets "
        f"({(pushed.rss_kb - few.rss_kb) / plan.users:.0f} KB each), {polled.rss_kb // 1024} MB with {plan.users} polling."
    )


def _row(name: str, of: Callable[[Part], float], form: str, parts: Parts) -> str:
    few, polled, pushed = (of(part) for part in (parts.few, parts.polled, parts.pushed))
    ratio = f"{few / pushed:.1f} ×" if few and pushed else "–"
    return f"| {name} | {few:{form}} | {polled:{form}} | {pushed:{form}} | {ratio} |"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 dashboards, a few seconds for each part")
    given = parser.parse_args(arguments)
    plan = Plan(10, 3, 2.5, 2.5) if given.quick else Plan(1000, 30, 35.0, 60.0)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            parts = measured(plan, Path(folder))
    except (BenchFault, CannotRun) as fault:
        sys.stderr.write(f"bench_load: {fault}\n")
        return 1
    text = report(parts, plan)
    sys.stdout.write(text + "\n")
    if not given.quick:
        write_section(DOCS, "bench_load", f"## A thousand dashboards: polling against sockets\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
