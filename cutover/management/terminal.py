"""What the commands print as tables and lists: as wide as the terminal, or wide enough where none is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cutover.models import Mismatch, SignOff, StageMove
from cutover.stages import Stage

PIPED_WIDTH = 160
MOVES = ("version", "at", "by", "from", "to", "reason", "evidence")


def console_on(out: Any) -> Console:
    """`out`: a command's stdout."""
    return Console(file=out, width=None if out.isatty() else PIPED_WIDTH, highlight=False)


def show_history(console: Console, moves: Iterable[StageMove], sign_offs: Iterable[SignOff]) -> None:
    """The newest first; then who signed the feature off."""
    table = Table(*MOVES, box=None, padding=(0, 2, 0, 0))
    for move in moves:
        table.add_row(*_move_row(move))
    console.print(table)
    for given in sign_offs:
        console.print(Text(f"signed off {_time(given.at)} by {given.by}: {given.reason}"))


def _move_row(move: StageMove) -> list[str]:
    to = f"{share_of(move)}" if move.to_stage == Stage.CANARY else move.to_stage
    return [str(move.version), _time(move.at), move.by, move.from_stage, to, move.reason, _evidence(move)]


def share_of(move: StageMove) -> str:
    return f"canary {move.percent} %" + (f" of {move.cohort}" if move.cohort else "")


def _evidence(move: StageMove) -> str:
    """What the gate said at that moment, in words."""
    lacked = [line["name"] for line in move.evidence.get("lines", ()) if line["verdict"] in {"fail", "inconclusive"}]
    said = f"lacked {', '.join(lacked)}" if lacked else "gate open" if move.evidence else ""
    return "; ".join(filter(None, ["forced" if move.forced else "", said])) or "–"


def show_mismatches(console: Console, rows: Sequence[Mismatch], *, with_payloads: bool) -> None:
    """Each difference with its fields, as REST and the socket had them; with both payloads where asked for."""
    for row in rows:
        console.print(Text(" ".join(filter(None, _facts(row))), style="bold"))
        for one in row.fields:
            console.print(Text(f"    {one['field']}   REST {_json(one['rest'])}   socket {_json(one['socket'])}"))
        if with_payloads:
            console.print(Text(f"    REST    {row.rest}\n    socket  {row.socket}"))


def _facts(row: Mismatch) -> list[str]:
    let_pass = f"let pass by rule {row.rule}" if row.rule else ""
    seen_by = row.source + (f" of {row.user}" if row.user else "")
    times = f"{row.times} times" if row.times > 1 else ""
    return [f"{_time(row.at)}  {row.outcome}  {row.topic} at {row.cursor}  by {seen_by}", times, let_pass]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%SZ}"
