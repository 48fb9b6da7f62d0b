"""A run's findings as a table, for the terminal and for docs/performance.md, and as JSON; pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from bench.tables import table

from chaos.judgement import Findings, Row
from chaos.stack import Size

HEAD = (
    "fault", "times", "committed", "nudges lost", "topics healed", "came back", "recovered on return", "resets",
    "to heal, s", "oldest, s",
)  # fmt: skip
LEGEND = (
    "`nudges lost`: publications that never reached a web process by the layer, of both. `topics healed`: by the hubs, from the "
    "history. `recovered on return`: events that clients were given by their cursors. `to heal`: from the fault's end, or from "
    "when the client was back, until it had all it had missed: each client's longest, median (longest). `oldest`: the longest "
    "from a commit to a client, the fault's own time and the client's being away included."
)


def report(findings: Findings, size: Size, seconds: float, machine: str) -> str:
    return "\n\n".join(
        [verdict(findings, size, seconds), table(HEAD, [cells(row) for row in findings.rows]), LEGEND, machine]
    )


def verdict(findings: Findings, size: Size, seconds: float) -> str:
    struck = sum(row.strikes for row in findings.rows)
    lost = sum(row.nudges_lost for row in findings.rows)
    recovered = sum(row.recovered for row in findings.rows)
    ended = "no undetected gap" if not findings.failures else "FAILED: " + "; ".join(findings.failures)
    answers = ", ".join(f"{answer} {count} ×" for answer, count in sorted(findings.status.items()))
    return (
        f"{size.clients} clients, {struck} faults in {seconds / 60:.1f} minutes; {lost} nudges lost and {recovered} events missed, "
        f"then healed; {ended}. /ws/status, asked all the time: {answers}. "
        f"{findings.connections} database connections in the end."
    )


def cells(row: Row) -> Sequence[str]:
    counts = (row.strikes, row.told, row.nudges_lost, row.healed, row.back, row.recovered, row.resets)
    return [row.fault, *map(str, counts), f"{row.median:.2f} ({row.longest:.2f})", f"{row.oldest:.1f}"]


def as_data(findings: Findings) -> dict[str, Any]:
    """For programs: each row with what was lost and how long it took to heal."""
    rows = [
        dataclasses.asdict(row) | {"loses": row.loses.value, "lost": row.lost, "heal": [row.median, row.longest]}
        for row in findings.rows
    ]
    return {"rows": rows, "failures": list(findings.failures), "status": dict(findings.status)}
