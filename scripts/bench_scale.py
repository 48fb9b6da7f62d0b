#!/usr/bin/env python
"""What a symbol that moves each second costs each process of a desk: publisher, PostgreSQL, Redis (Valkey), web process.

One web process without clients, on a core of its own: what it pays only because it hears. docs/operations.md counts with the
result how far a desk goes (docs/performance.md). `--quick` takes seconds and only prints.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.faults import BenchFault
from bench.load_rig import Desk, desk_for
from bench.machine import CpuUse, description
from bench.sections import write_section
from bench.tables import table
from chaos.processes import CannotRun, Process

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"


@dataclass(frozen=True)
class Plan:
    symbols: Sequence[int]
    seconds: int


@dataclass(frozen=True)
class Load:
    """So many symbols: milliseconds of each second's tick, and cores in use by part."""

    symbols: int
    took: Sequence[float]
    cores: Mapping[str, float]


def loads(plan: Plan, folder: Path) -> list[Load]:
    """Each number of symbols in turn. CannotRun or BenchFault where a process or the machine does not let it run."""
    with desk_for(0, folder, "bench.load_settings", beats=False) as desk:  # its jobs would close these bars
        publisher = Process("publisher", ["-m", "bench.scale_publish"], folder, desk.environ)
        publisher.start()
        try:
            publisher.ask("publish", max(plan.symbols), 2)  # topics and pages are made, which happens once
            return [_load(desk, publisher, symbols, plan.seconds) for symbols in plan.symbols]
        finally:
            publisher.kill()


def _load(desk: Desk, publisher: Process, symbols: int, seconds: int) -> Load:
    used, begin = {part: CpuUse(pids) for part, pids in _pids(desk, publisher).items()}, time.monotonic()
    took = publisher.ask("publish", symbols, seconds)["took"]
    time.sleep(1.0)  # until the hub has read what is in its way
    elapsed = time.monotonic() - begin
    return Load(symbols, took, {part: use.seconds() / elapsed for part, use in used.items()})


def _pids(desk: Desk, publisher: Process) -> dict[str, Callable[[], Sequence[int]]]:
    return {
        "publisher": lambda: [publisher.pid],
        "PostgreSQL": desk.database.pids,
        "Valkey": lambda: [desk.layer.pid],
        "a web process": lambda: [desk.web.pid],
    }


def report(found: Sequence[Load], plan: Plan) -> str:
    parts = list(found[0].cores)
    head = ("symbols a second", "a tick, ms: p50", "most", *(f"{part}, % of a core" for part in parts))
    rows = [
        (f"{load.symbols:,}", f"{statistics.median(load.took):.0f}", f"{max(load.took):.0f}",
         *(f"{100 * load.cores[part]:.1f}" for part in parts))
        for load in found
    ]  # fmt: skip
    idle, most = found[0], found[-1]
    each = {p: 1e6 * (most.cores[p] - idle.cores[p]) / (most.symbols - idle.symbols) for p in parts}
    costs = ", ".join(f"{part} {cost:.1f} µs" for part, cost in each.items())
    return (
        f"Open bars that all move each second, {plan.seconds} s each; one web process without clients; "
        f"{description()}, {datetime.now(UTC):%Y-%m-%d}.\n\n{table(head, rows)}\n\n"
        f"**One more symbol a second costs, in CPU: {costs}.** A tick must be over within its second. "
        "Every web process hears every symbol."
    )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="at most 200 symbols, two seconds each")
    given = parser.parse_args(arguments)
    plan = Plan((1, 200), 2) if given.quick else Plan((1, 100, 1000, 5000, 10_000), 20)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            text = report(loads(plan, Path(folder)), plan)
    except (BenchFault, CannotRun) as fault:
        sys.stderr.write(f"bench_scale: {fault}\n")
        return 1
    sys.stdout.write(text + "\n")
    if not given.quick:
        write_section(DOCS, "bench_scale", f"## What a symbol costs\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
