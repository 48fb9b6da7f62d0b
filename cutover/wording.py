"""How a judgement reads in a terminal: aligned, the gravest first, and what to type next; pure."""

from __future__ import annotations

from collections.abc import Sequence

from cutover.gate import Judgement, Line, Verdict

COMMAND = "python manage.py"
CHECKLIST = f"{COMMAND} check_cutover_status --verbose"
ANYWAY = "anyway: the same with --force, which is recorded"
MARKS = {Verdict.PASS: "✔", Verdict.FAIL: "✖", Verdict.INCONCLUSIVE: "·", Verdict.SHOWN: " "}


def refusal(judgement: Judgement) -> str:
    """Why the gate stays shut: a line for each thing that is missing, and what to do next."""
    head = f"{judgement.feature} stays in {judgement.stage}: the gate to {judgement.target} is shut"
    return "\n".join([head, *told(judgement.lacking), f"  next: {next_command(judgement) or CHECKLIST}", f"  {ANYWAY}"])


def told(lines: Sequence[Line]) -> list[str]:
    """Each line with its mark, name and figure, aligned; what it misses behind a dash."""
    width = max((len(line.name) for line in lines), default=0)
    return [f"  {MARKS[line.verdict]} {line.name:<{width}}  {_figure(line)}" for line in lines]


def _figure(line: Line) -> str:
    return f"{line.figure} – {line.missing}" if line.missing else line.figure


def next_command(judgement: Judgement) -> str:
    """What the operator types next: the step where the gate is open, else what mends the gravest that is missing; "" to wait."""
    if judgement.target is None:
        return ""
    if judgement.passes:
        return f'{COMMAND} cutover advance {judgement.feature} --reason "…"'
    return next((f"{COMMAND} {line.mend}" for line in judgement.lacking if line.mend), "")
