"""Build schedules in a process of their own: `python -m GlobalMarkets.calendars.build 2017-12-01 2028-12-31 XNYS …`.

Answers on standard output with one JSON object (`BuildReport`). Exit status 1 and a message where it cannot.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from GlobalMarkets.calendars import corrections
from GlobalMarkets.calendars.days import Hours
from GlobalMarkets.calendars.errors import CalendarFault
from GlobalMarkets.calendars.rulings import Disagreement, Verdict, judge
from GlobalMarkets.calendars.schedule_text import write
from GlobalMarkets.calendars.venues import VenueRow, chosen_rows

Stretch = tuple[date, date]
POLITE = 10


class Difference(msgspec.Struct, frozen=True):
    """Days on which the libraries differ in one way, and the line of corrections.toml that settles it (0: none does)."""

    mic: str
    said: str
    line: int
    days: list[date]


class BuildReport(msgspec.Struct):
    """The built schedules as text by MIC; the differences; the lines of idle rulings; what no library tells of."""

    texts: dict[str, str] = {}
    differences: list[Difference] = []
    idle: list[int] = []
    unknown: list[str] = []


def build(rows: Sequence[VenueRow], stretches: Sequence[Stretch]) -> BuildReport:
    """The schedules of these venues for these stretches of days. Raises CalendarFault."""
    rulings = corrections.shipped()
    report = BuildReport()
    found: list[Disagreement] = []
    for row in rows:
        told = {}
        for stretch, verdict in _verdicts(row, stretches or row.ships, corrections.rulings_for(row, rulings), report):
            told[stretch] = verdict.told
            found += verdict.disagreements
            report.idle += verdict.idle
        if told:
            report.texts[row.mic] = write(row, told)
    report.differences = _grouped(found)
    return report


def _verdicts(
    row: VenueRow, stretches: Sequence[Stretch], rulings: corrections.Corrections, report: BuildReport
) -> Iterator[tuple[Stretch, Verdict]]:
    from GlobalMarkets.calendars.libraries import opinions

    for first, last in stretches:
        said = opinions(row, first, last)
        if said.first is None or said.first > first:
            report.unknown.append(f"{row.mic}: no library tells of {first} to {said.first or last}")
        if said.first is not None:
            begins = max(first, said.first)
            yield (begins, last), judge(row, begins, last, said, rulings)


def _grouped(found: Sequence[Disagreement]) -> list[Difference]:
    groups: dict[tuple[str, str, int], list[date]] = {}
    for one in found:
        said = " · ".join(f"{library} {_said(hours)}" for library, hours in sorted(one.said.items()))
        groups.setdefault((one.mic, said, one.settled_by or 0), []).append(one.day)
    return [Difference(*key, days) for key, days in groups.items()]


def _said(hours: Hours | None) -> str:
    return str(hours) if hours else "closed"


def main(arguments: Sequence[str]) -> int:
    """Build what the arguments say: a first and a last day (`-` twice: the ranges that are shipped), then MICs."""
    first, last, *mics = arguments
    os.nice(POLITE)  # a desk beside it goes first
    try:
        stretches = [] if first == "-" else [(date.fromisoformat(first), date.fromisoformat(last))]
        report = build(chosen_rows(mics), stretches)
    except (CalendarFault, ValueError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(report))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
