"""Tables that read the same on a terminal and in Markdown: columns aligned, figures with their spread; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bench.results import Spread

NOTHING = "–"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, all others to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(row, widths) for row in [head, rule, *rows])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
    return f"| {' | '.join(aligned)} |"


def figure(value: float) -> str:
    """Three digits that matter; thousands apart."""
    if abs(value) >= 100:
        digits = 3 - len(str(int(abs(value))))
        return f"{round(value, digits):,.0f}".replace(",", " ")
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spreading(spread: Spread | None, unit: float = 1.0) -> str:
    """The median, and the least and most of all repeats."""
    if spread is None:
        return NOTHING
    least, most = figure(spread.least / unit), figure(spread.most / unit)
    middle = figure(spread.middle / unit)
    return middle if least == most == middle else f"{middle} ({least}–{most})"
