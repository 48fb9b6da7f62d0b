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

from cutover.observation import observe
from cutover.stages import Source
from cutover.status import ExitCode, FeatureStatus, Report, Shown, in_words

MARKS = {Shown.WS: "✅ WS", Shown.REST: "⚪ REST", Shown.TRANSITIONING: "⚡ transitioning"}
COLOURS = {ExitCode.NOTHING_WRONG: "green", ExitCode.LIVE_FEATURE_FAILS: "red", ExitCode.CANNOT_TELL: "yellow"}
COLUMNS = ("feature", "shows", "stage", "decided by", "REST timer", "last completed run", "published")
PIPED_WIDTH = 160


class Command(BaseCommand):
    help = "Show where each feature stands. Exit: 0 nothing wrong, 1 a live feature fails, 2 cannot tell."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of the table")

    def handle(self, *args: Any, **options: Any) -> None:
        report = observe(timezone.now())
        if options["json"]:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode())
        else:
            width = None if self.stdout.isatty() else PIPED_WIDTH
            console = Console(file=self.stdout, width=width, highlight=False)  # type: ignore[arg-type]
            show(console, report)
        if report.exit:
            sys.exit(report.exit)


def show(console: Console, report: Report) -> None:
    colour = COLOURS[ExitCode(report.exit)]
    console.print(Text.assemble((f"{report.overall}", f"bold {colour}"), f"   {_time(report)}   {_heartbeat(report)}"))
    for problem in report.problems:
        console.print(Text(f"  ✖ {problem}", style=colour))
    console.print(_table(report))
    for row in report.features:
        _say_next(console, row)


def _table(report: Report) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in COLUMNS:
        table.add_column(column, justify="right" if column == "published" else "left", no_wrap=True)
    for row in report.features:
        table.add_row(
            row.feature,
            MARKS[row.shows],
            f"{row.stage} {row.percent} %" if row.shows is Shown.TRANSITIONING else row.stage,
            _decided_by(row, report),
            row.rest_timer,
            _last_run(row, report),
            f"{row.published:,}".replace(",", " "),
        )
    return table


def _say_next(console: Console, row: FeatureStatus) -> None:
    if row.missing:
        console.print(Text(f"  {row.feature}: {'; '.join(row.missing)}"))
    if row.next:
        console.print(Text(f"    next: {row.next}", style="bold"))


def _decided_by(row: FeatureStatus, report: Report) -> str:
    if row.decided_by is Source.ENVIRONMENT:
        return f"environment: {row.flag}=false"
    if row.changed_at is None:
        return "record (default)"
    return f"record, moved {in_words(report.at - row.changed_at)} ago"


def _last_run(row: FeatureStatus, report: Report) -> str:
    if row.last_completed_run is None:
        return "never"
    return f"{in_words(report.at - row.last_completed_run)} ago{'' if row.is_fresh else ' (stale)'}"


def _time(report: Report) -> str:
    return f"{report.at:%Y-%m-%d %H:%M:%SZ}"


def _heartbeat(report: Report) -> str:
    return f"heartbeat {in_words(report.at - report.heartbeat)} ago" if report.heartbeat else "no heartbeat"
