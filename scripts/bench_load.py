#!/usr/bin/env python
"""1 000 dashboards that poll against 1 000 on sockets, in one run: requests, bytes, CPU and queries per user and minute.

A web process (`manage.py serve`) on a core of its own; the heartbeat, PostgreSQL, Valkey and the dashboards on the other.
The result is the ratio of the two halves (`make bench`; docs/performance.md). `--quick` takes seconds and only prints.
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
from bench.load_crowd import Crowd, Start, Tally, Visitor, followers, pollers, visitors_of
from bench.load_rig import desk_for
from bench.machine import cpu_seconds, description, resident_kb
from bench.sections import write_section
from chaos.processes import CannotRun, Process

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


@dataclass(frozen=True)
class Plan:
    """How many dashboards, how long they settle and are measured, in seconds."""

    users: int
    settle: float
    measure: float


@dataclass(frozen=True)
class Part:
    """What one half cost, per user and minute, but for `p99_ms` (of an answer), `rss_kb` and `faults` (of the process)."""

    requests: float
    frames: float
    bytes: float
    cpu_ms: float
    queries: float
    p99_ms: float
    rss_kb: int
    faults: int


@dataclass(frozen=True)
class Rig:
    port: int
    web: Process
    queries: QueryCount


async def part(rig: Rig, plan: Plan, visitors: list[Visitor], start: Callable[[int, Tally], Start]) -> Part:
    tally = Tally()
    crowd = Crowd(visitors, start(rig.port, tally))
    await asyncio.sleep(plan.settle)
    _forget(tally)
    cpu, queries = cpu_seconds([rig.web.pid]), rig.queries.read()
    await asyncio.sleep(plan.measure)
    counted = Tally(**vars(tally))
    cpu, queries = cpu_seconds([rig.web.pid]) - cpu, rig.queries.read() - queries
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
    )


def _forget(tally: Tally) -> None:
    tally.requests = tally.frames = tally.received = tally.faults = 0
    tally.waits = []


def measured(plan: Plan, folder: Path) -> tuple[Part, Part]:
    """The two halves. CannotRun or BenchFault where a process or the machine does not let it run."""
    counts = folder / "queries"
    QueryCount.begin(counts)
    with desk_for(plan.users, folder, "bench.load_settings", **{VARIABLE: str(counts)}) as desk:
        rig = Rig(desk.port, desk.web, QueryCount(counts))
        return asyncio.run(_halves(rig, plan, visitors_of(desk.prepared)))


async def _halves(rig: Rig, plan: Plan, visitors: list[Visitor]) -> tuple[Part, Part]:
    polled = await part(rig, plan, visitors, pollers)
    await asyncio.sleep(2.0)
    return polled, await part(rig, plan, visitors, followers)


def report(polled: Part, pushed: Part, plan: Plan) -> str:
    rows = [
        ("REST requests", f"{polled.requests:.1f}", f"{pushed.requests:.1f}", ""),
        ("frames", f"{polled.frames:.1f}", f"{pushed.frames:.1f}", ""),
        ("bytes received", f"{polled.bytes:,.0f}", f"{pushed.bytes:,.0f}", _times(polled.bytes, pushed.bytes)),
        (
            "CPU of the web process, ms",
            f"{polled.cpu_ms:.1f}",
            f"{pushed.cpu_ms:.1f}",
            _times(polled.cpu_ms, pushed.cpu_ms),
        ),
        ("database queries", f"{polled.queries:.1f}", f"{pushed.queries:.2f}", _times(polled.queries, pushed.queries)),
    ]
    table = "\n".join(f"| {name} | {left} | {right} | {ratio} |" for name, left, right, ratio in rows)
    asked = sum(60 / every for every in (10, 10, 1, 10))
    return (
        f"{plan.users} dashboards on one web process, {plan.measure:g} s each; {description()}, {datetime.now(UTC):%Y-%m-%d}.\n\n"
        f"| per user and minute | polling | sockets | polling ÷ sockets |\n|---|---:|---:|---:|\n{table}\n\n"
        f"Each poller would ask {asked:.0f} times a minute; one process answered {polled.requests:.1f} of them "
        f"({polled.requests / asked:.0%}), its p99 {polled.p99_ms:.0f} ms. Faults: {polled.faults} polling, {pushed.faults} on "
        f"sockets. Memory of the process: {polled.rss_kb // 1024} MB, then {pushed.rss_kb // 1024} MB."
    )


def _times(polled: float, pushed: float) -> str:
    return f"{polled / pushed:.1f} ×" if pushed else "–"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 dashboards, a few seconds for each half")
    given = parser.parse_args(arguments)
    plan = Plan(10, 1.5, 3.0) if given.quick else Plan(1000, 20.0, 60.0)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            polled, pushed = measured(plan, Path(folder))
    except (BenchFault, CannotRun) as fault:
        sys.stderr.write(f"bench_load: {fault}\n")
        return 1
    text = report(polled, pushed, plan)
    sys.stdout.write(text + "\n")
    if not given.quick:
        write_section(DOCS, "bench_load", f"## A thousand dashboards: polling against sockets\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
