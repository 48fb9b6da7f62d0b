"""`manage.py jobs`: the table of declared jobs and how each one's last run went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from jobs.locks import lock_from_settings
from jobs.models import JobRun
from jobs.registry import Declaration, registry
from jobs.tempo import scaled_jobs

COLUMNS = ("job", "every", "features", "last run due", "lateness", "duration", "outcome")
PIPED_WIDTH = 160


class Command(BaseCommand):
    help = "Show the declared jobs: how often each runs, for which features, and how its last run went."

    def handle(self, *args: Any, **options: Any) -> None:
        table = Table(*COLUMNS, box=None)
        for declaration in scaled_jobs(registry):
            table.add_row(*_row(declaration, JobRun.objects.filter(job=declaration.name).order_by("-due_at").first()))
        width = None if self.stdout.isatty() else PIPED_WIDTH
        Console(file=self.stdout, width=width).print(table)  # type: ignore[arg-type]
        self.stdout.write(f"led by {lock_from_settings().holder(timezone.now()) or 'nobody'}")


def _row(declaration: Declaration, run: JobRun | None) -> list[str]:
    features = ", ".join(declaration.features) or "–"
    shown = [declaration.name, f"{declaration.every.total_seconds():g} s", features]
    if run is None:
        return [*shown, "never", "–", "–", "–"]
    outcome = f"{run.outcome}: {run.error}" if run.error else run.outcome
    due_at = run.due_at.strftime("%Y-%m-%d %H:%M:%SZ")
    return [*shown, due_at, _seconds(run.lateness), _seconds(run.duration), outcome]


def _seconds(span: timedelta | None) -> str:
    return "–" if span is None else f"{span.total_seconds():.3f} s"
