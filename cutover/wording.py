"""How a judgement reads in a terminal: aligned, the gravest first, and what to type next; pure."""

from __future__ import annotations

from collections.abc import Sequence

from cutover.checklist import CHECKS
from cutover.gate import Judgement, Line, Square, Verdict, lacking

COMMAND = "python manage.py"
CHECKLIST = f"{COMMAND} check_cutover_status --verbose"
ANYWAY = "anyway: the same with --force, which is recorded"
CHECKED = frozenset({*(check.__name__ for check in CHECKS), "polling"})
FEW, MOST_SIGNS = 2, 15
SIGNS = {Verdict.PASS: "■", Verdict.FAIL: "✖", Verdict.INCONCLUSIVE: "□"}
MARKS = {Verdict.PASS: "✔", Verdict.FAIL: "✖", Verdict.INCONCLUSIVE: "·", Verdict.SHOWN: " "}


def refusal(judgement: Judgement) -> str:
    """Why the gate stays shut: a line for each thing that is missing, and what to do next."""
    head = f"{judgement.feature} stays in {judgement.stage}: the gate to {judgement.target} is shut"
    return "\n".join(
        [head, *told(brief(judgement.lines)), f"  next: {next_command(judgement) or CHECKLIST}", f"  {ANYWAY}"]
    )


def brief(lines: Sequence[Line]) -> list[Line]:
    """What does not pass, in few lines: of those that merely have no data yet, one names them all."""
    wanting = lacking(lines)
    unknown = [line.name for line in wanting if line.verdict is Verdict.INCONCLUSIVE and line.name in CHECKED]
    if len(unknown) < FEW:
        return wanting
    kept = [line for line in wanting if line.name not in unknown]
    return [*kept, Line("unknown", Verdict.INCONCLUSIVE, ", ".join(unknown), "no data in this stay yet")]


def strip(squares: Sequence[Square]) -> str:
    """Sessions as signs, the newest to the right."""
    return "".join(SIGNS[square.verdict] for square in squares[-MOST_SIGNS:])


def told(lines: Sequence[Line]) -> list[str]:
    """Each line with its mark, name and figure, aligned; what it misses behind a dash."""
    width = max((len(line.name) for line in lines), default=0)
    return [f"  {MARKS[line.verdict]} {line.name:<{width}}  {_figure(line)}" for line in lines]


def in_words(line: Line) -> str:
    """As a sentence of its own."""
    return f"{line.name}: {_figure(line)}"


def _figure(line: Line) -> str:
    return f"{line.figure} – {line.missing}" if line.missing else line.figure


def next_command(judgement: Judgement) -> str:
    """What the operator types next: the step where the gate is open, else what mends the gravest that is missing; "" to wait.

    Nobody is asked to sign off before everything else is there.
    """
    if judgement.target is None:
        return ""
    if judgement.passes:
        return f'{COMMAND} cutover advance {judgement.feature} --reason "…"'
    wanting = [line for line in judgement.lacking if line.name != "sign-off"] or judgement.lacking
    return next((f"{COMMAND} {line.mend}" for line in wanting if line.mend), "")
