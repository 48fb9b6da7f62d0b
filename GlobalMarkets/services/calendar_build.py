"""Builds calendars in a process of its own, so that no server or job ever imports the calendar libraries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import structlog

from GlobalMarkets.calendars.build import BuildReport, Difference
from GlobalMarkets.calendars.errors import BuildFault, DisagreementFault
from GlobalMarkets.calendars.schedule_text import read
from GlobalMarkets.calendars.venues import chosen_rows, venue_row, venue_rows
from GlobalMarkets.models import KnownStretch
from GlobalMarkets.selectors.markets import WARNING
from GlobalMarkets.services.calendars import SHIPPED, Change, store_schedule

log = structlog.get_logger(__name__)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600  # seconds; eleven years of all venues take about ten
YEARS_BACK, YEARS_AHEAD = 2, 2


def built(stretch: tuple[date, date] | None, mics: Sequence[str] = ()) -> BuildReport:
    """What a build of these venues says; without a stretch, of the ranges that are shipped.

    Raises UnknownVenue, BuildFault, and DisagreementFault where the libraries differ and nobody ruled.
    """
    chosen_rows(list(mics))
    bounds = [day.isoformat() for day in stretch] if stretch else ["-", "-"]
    command = [sys.executable, "-m", "GlobalMarkets.calendars.build", *bounds, *mics]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=PATIENCE, check=False)
    if answer.returncode != 0:
        said = answer.stderr.decode(errors="replace").strip().splitlines()
        raise BuildFault(said[-1] if said else f"the build ended with status {answer.returncode}")
    report = msgspec.json.decode(answer.stdout, type=BuildReport)
    refuse_unsettled(report)
    return report


def refuse_unsettled(report: BuildReport) -> None:
    """Raise DisagreementFault if there is a difference that no ruling settles."""
    open_ones = [difference for difference in report.differences if not difference.line]
    if open_ones:
        told = "; ".join(describe(difference) for difference in open_ones)
        raise DisagreementFault(f"the libraries disagree, and corrections.toml has no ruling: {told}")


def describe(difference: Difference) -> str:
    """A difference in words: whose, how many days, and what each library says."""
    days = difference.days
    when = f"{days[0]}" if len(days) == 1 else f"{len(days)} days from {days[0]} to {days[-1]}"
    return f"{difference.mic} {when}: {difference.said}"


def store_build(report: BuildReport) -> list[Change]:
    """Bring a build into the database; what it changed there."""
    changes: list[Change] = []
    for mic, text in report.texts.items():
        changes += store_schedule(read(text, venue_row(mic), f"{mic} (built)"))
    return changes


def ship(report: BuildReport) -> list[Path]:
    """Write a build of the shipped ranges to the files of the repository."""
    SHIPPED.mkdir(exist_ok=True)
    paths = []
    for mic, text in report.texts.items():
        path = SHIPPED / f"{mic}.txt"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def rolling_stretch(today: date) -> tuple[date, date]:
    """The days that a refresh builds: from two years back to the end of the year after the next."""
    return date(today.year - YEARS_BACK, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)


def refresh(today: date) -> list[Change]:
    """Build the rolling stretch of all venues and store it; what changed. Warns of schedules that end soon.

    Raises as `built` does.
    """
    changes = store_build(built(rolling_stretch(today)))
    log.info("calendars.refreshed", changes=len(changes))
    for row in venue_rows():
        if row.known_until < today + WARNING:
            log.warning("calendars.expiring", mic=row.mic, known_until=row.known_until.isoformat())
    return changes


def ensure_covered(first: date, last: date, mics: Sequence[str] = ()) -> list[Change]:
    """Build what is missing of these days, e.g. for a replay of old bars; what changed, nothing where all is known."""
    known = set(KnownStretch.objects.filter(first__lte=first, last__gte=last).values_list("venue__mic", flat=True))
    missing = [row.mic for row in chosen_rows(list(mics)) if row.mic not in known]
    return store_build(built((first, last), missing)) if missing else []
