"""`manage.py check_cutover_status`: where every feature stands, for people or (`--json`) for programs."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

import msgspec
from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cutover.advice import Shown, in_words
from cutover.checklist import number
from cutover.management.terminal import console_on
from cutover.observation import observe
from cutover.stages import Source
from cutover.status import ExitCode, FeatureStatus, Report
from cutover.wording import SIGNS, brief, strip, told

MARKS = {Shown.WS: "✅ WS", Shown.REST: "⚪ REST", Shown.TRANSITIONING: "⚡ transitioning"}
COLOURS = {ExitCode.NOTHING_WRONG: "green", ExitCode.LIVE_FEATURE_FAILS: "red", ExitCode.CANNOT_TELL: "yellow"}
COLUMNS = ("feature", "shows", "stage", "decided by", "REST timer", "last completed run", "published")


class Command(BaseCommand):
    help = "Show where each feature stands. Exit: 0 nothing wrong, 1 a live feature fails, 2 cannot tell."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")
        parser.add_argument("--verbose", action="store_true", help="every line of the checklist, and every session")

    def handle(self, *args: Any, **options: Any) -> None:
        report = observe(timezone.now())
        if options["json"]:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode())
        else:
            show(console_on(self.stdout), report, is_verbose=options["verbose"])
        if report.exit:
            sys.exit(report.exit)


def show(console: Console, report: Report, *, is_verbose: bool = False) -> None:
    colour = COLOURS[ExitCode(report.exit)]
    console.print(Text.assemble((f"{report.overall}", f"bold {colour}"), f"   {_time(report)}   {_heartbeat(report)}"))
    for problem in report.problems:
        console.print(Text(f"  ✖ {problem}", style=colour))
    console.print(_table(report))
    for row in report.features:
        _say_next(console, row, is_verbose=is_verbose)


def _table(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in COLUMNS:
        table.add_column(column, justify="right" if column == "published" else "left", no_wrap=True)
    for row in report.features:
        table.add_row(
            row.feature,
            MARKS[row.shows],
            _stage(row),
            _decided_by(row, report),
            row.rest_timer,
            _last_run(row, report),
            number(row.published),
        )
    return table


def _say_next(console: Console, row: FeatureStatus, *, is_verbose: bool) -> None:
    """The way to the next stage: sessions as signs, what is missing, and what to type."""
    step = f"{row.feature} → {row.next_stage}" if row.next_stage else row.feature
    ready = "ready" if row.ready and not row.faults else ""
    console.print(Text("  ".join(filter(None, [step, strip(row.squares), ready])), style="bold"))
    for line in (*(f"  ✖ {fault}" for fault in row.faults), *(_all(row) if is_verbose else told(brief(row.lines)))):
        console.print(Text(line), soft_wrap=True)
    if row.next:
        console.print(Text(f"  next: {row.next}", style="bold"), soft_wrap=True)


def _all(row: FeatureStatus) -> list[str]:
    return [*told(row.lines), *(f"    {SIGNS[square.verdict]} {square.date}  {square.why}" for square in row.squares)]


def _stage(row: FeatureStatus) -> str:
    if row.shows is not Shown.TRANSITIONING:
        return row.stage
    return f"{row.stage} {row.percent} %" + (f" of {row.cohort}" if row.cohort else "")


def _decided_by(row: FeatureStatus, report: Report) -> str:
    if row.decided_by is Source.ENVIRONMENT:
        return f"environment: {row.flag}=false"
    if row.changed_at is None:
        return "record (default)"
    return f"{row.by or 'record'}, {in_words(report.at - row.changed_at)} ago"


def _last_run(row: FeatureStatus, report: Report) -> str:
    if row.last_completed_run is None:
        return "never"
    return f"{in_words(report.at - row.last_completed_run)} ago{'' if row.is_fresh else ' (stale)'}"


def _time(report: Report) -> str:
    return f"{report.at:%Y-%m-%d %H:%M:%SZ}"


def _heartbeat(report: Report) -> str:
    return f"heartbeat {in_words(report.at - report.heartbeat)} ago" if report.heartbeat else "no heartbeat"
