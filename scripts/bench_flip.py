#!/usr/bin/env python
"""How soon 1 000 dashboards hear that a feature is rolled back, and the operator knows that all of them have.

A web process (`manage.py serve`) on a core of its own; the heartbeat, PostgreSQL, Valkey, the dashboards and the operator's
command on the other. A move's time is when the command decided it (`make bench`; docs/performance.md). `--quick` takes
seconds and only prints.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.faults import BenchFault
from bench.flip_crowd import FEATURE, Dashboards, Move, Watch
from bench.load_crowd import Visitor, visitors_of
from bench.load_rig import desk_for
from bench.machine import description
from bench.sections import write_section
from chaos.processes import ROOT, CannotRun, environment

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
GOAL_SECONDS = 1.0
PATIENCE_SECONDS = 300.0
WAY = (("advance", "canary"), ("advance", "live"), ("rollback", "shadow"))


@dataclass(frozen=True)
class Plan:
    users: int
    rounds: int
    settle: float


@dataclass(frozen=True)
class Rig:
    """`environ`: what a command beside the server sees."""

    port: int
    operator: str
    environ: Mapping[str, str]


async def command(rig: Rig, *arguments: str) -> None:
    """A management command, as the operator types it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", *arguments, cwd=ROOT, env=dict(rig.environ),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        raise BenchFault(f"manage.py {' '.join(arguments)} failed: {said.decode().strip().splitlines()[-1]}")


async def come_about(is_so: Callable[[], object], what: str) -> None:
    """Wait for it; BenchFault where it does not come about."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_so():  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(0.05)
            return
    raise BenchFault(f"did not come about in {PATIENCE_SECONDS:.0f} s: {what}")


async def moves_of(rig: Rig, plan: Plan, visitors: Sequence[Visitor]) -> list[Move]:
    """Take the feature to live and back, round by round; each move is waited for until all have answered."""
    watch = Watch()
    crowd = Dashboards(rig.port, rig.operator, watch)
    tasks = [asyncio.create_task(crowd.operator()), *(asyncio.create_task(crowd.dashboard(one)) for one in visitors)]
    try:
        await come_about(lambda: watch.open == plan.users or _failed(tasks), "all dashboards are open")
        if fault := _failed(tasks):
            raise BenchFault(f"a dashboard did not open: {fault!r}")
        await asyncio.sleep(plan.settle)
        for _ in range(plan.rounds):
            for step, stage in WAY:
                await take(rig, plan, watch, step, stage)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if watch.lost > plan.users + 1:
        raise BenchFault("sockets were lost")
    return list(watch.moves.values())


def _failed(tasks: Sequence[asyncio.Task[None]]) -> BaseException | None:
    """Why one of them has ended, where one has."""
    return next((task.exception() for task in tasks if task.done()), None)


async def take(rig: Rig, plan: Plan, watch: Watch, step: str, stage: str) -> None:
    before = len(watch.moves)
    force = ["--force"] if step == "advance" else []
    await command(rig, "cutover", step, FEATURE, *force, "--reason", "the bench")

    def is_answered() -> bool:
        if watch.lost:
            raise BenchFault("a socket was lost")
        newest = list(watch.moves.values())[-1] if len(watch.moves) > before else None
        return newest is not None and newest.stage == stage and newest.counted_after(plan.users) is not None

    await come_about(is_answered, f"{FEATURE} in {stage}, answered by {plan.users}")
    await asyncio.sleep(plan.settle / 4)


def measured(plan: Plan, folder: Path) -> list[Move]:
    """All moves. CannotRun or BenchFault where a process or the machine does not let it run."""
    with desk_for(plan.users, folder, "thor_project.settings") as desk:
        operator = f"{desk.prepared['name']}={desk.prepared['operator']}"
        rig = Rig(desk.port, operator, environment(folder, "command") | dict(desk.environ))
        return asyncio.run(moves_of(rig, plan, visitors_of(desk.prepared)))


def report(moves: Sequence[Move], plan: Plan) -> str:
    back = [move for move in moves if move.stage == "shadow"]
    rows = [("rollbacks", back), ("all moves", moves)]
    heard = _percentile([after for move in back for after in move.heard], 99)
    told = max(_counted(move, plan.users * 99 // 100) for move in back)
    verdict = "met" if max(heard, told) <= GOAL_SECONDS else "missed"
    table = "\n".join(_row(name, some, plan) for name, some in rows)
    return (
        f"{plan.users} dashboards on one web process, each with its panels' data flowing; {len(back)} rollbacks by "
        f"`manage.py cutover rollback`, of {len(moves)} moves; {description()}, {datetime.now(UTC):%Y-%m-%d}.\n\n"
        "| seconds after the move was decided | heard, p50 | heard, p99 | heard, last | 99 % counted | all counted |\n"
        f"|---|---:|---:|---:|---:|---:|\n{table}\n\n"
        f"**p99 of a rollback: {heard:.2f} s to hear of it, {told:.2f} s until its acknowledgement is counted and the operator "
        f"told** (goal: ≤ {GOAL_SECONDS:g} s): {verdict}. `heard`: by each dashboard, over all moves. `counted`: of each "
        "move, the time until the operator's own socket said so many of so many; the median, and in brackets the worst move."
    )


def _row(name: str, moves: Sequence[Move], plan: Plan) -> str:
    heard = [after for move in moves for after in move.heard]
    most = [_counted(move, plan.users * 99 // 100) for move in moves]
    each = [_counted(move, plan.users) for move in moves]
    figures = [statistics.median(heard), _percentile(heard, 99), max(heard)]
    spread = [f"{statistics.median(times):.2f} ({max(times):.2f})" for times in (most, each)]
    return f"| {name} ({len(moves)}) | {' | '.join(f'{figure:.2f}' for figure in figures)} | {' | '.join(spread)} |"


def _counted(move: Move, answered: int) -> float:
    after = move.counted_after(answered)
    assert after is not None  # noqa: S101 - each move was waited for
    return after


def _percentile(figures: Sequence[float], percent: int) -> float:
    return statistics.quantiles(figures, n=100, method="inclusive")[percent - 1]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="10 dashboards, one round")
    given = parser.parse_args(arguments)
    plan = Plan(10, 1, 1.0) if given.quick else Plan(1000, 5, 5.0)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            moves = measured(plan, Path(folder))
    except (BenchFault, CannotRun) as fault:
        sys.stderr.write(f"bench_flip: {fault}\n")
        return 1
    text = report(moves, plan)
    sys.stdout.write(text + "\n")
    if not given.quick:
        write_section(DOCS, "bench_flip", f"## A rollback, heard and acknowledged\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
