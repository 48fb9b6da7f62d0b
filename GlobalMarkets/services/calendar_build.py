"""Builds calendars in a process of its own, so that no server or job ever imports the calendar libraries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from GlobalMarkets.calendars.build import BuildReport, Difference
from GlobalMarkets.calendars.errors import BuildFault, DisagreementFault
from GlobalMarkets.calendars.schedule_text import read
from GlobalMarkets.calendars.venues import VenueRow, chosen_rows, venue_row, venue_rows
from GlobalMarkets.models import KnownStretch, Venue
from GlobalMarkets.selectors.markets import WARNING
from GlobalMarkets.services.calendars import SHIPPED, Change, note_refreshed, store_schedule

log = structlog.get_logger(__name__)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600  # seconds; eleven years of all venues take about ten
YEARS_BACK, YEARS_AHEAD = 2, 2
REFRESHED = timedelta(days=6)  # less than the week between two refreshes
# The status on a day needs the session before and the one after it, over the longest closure, whatever the zone.
BEFORE, AFTER = timedelta(days=7), timedelta(days=21)


def built(stretch: tuple[date, date] | None, mics: Sequence[str] = ()) -> BuildReport:
    """What a build of these venues says; without a stretch, of the ranges that are shipped.

    Raises UnknownVenue, BuildFault, and DisagreementFault where the libraries differ and nobody ruled.
    """
    chosen_rows(list(mics))
    report = _answer(stretch, mics)
    refuse_unsettled(report)
    return report


def _answer(stretch: tuple[date, date] | None, mics: Sequence[str]) -> BuildReport:
    """What the process answers. Raises BuildFault with its last words where it fails."""
    bounds = [day.isoformat() for day in stretch] if stretch else ["-", "-"]
    command = [sys.executable, "-m", "GlobalMarkets.calendars.build", *bounds, *mics]
    try:
        answer = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise BuildFault(f"the build was given up: {fault}") from None
    if answer.returncode != 0:
        said = answer.stderr.decode(errors="replace").strip().splitlines()
        raise BuildFault(said[-1] if said else f"the build ended with status {answer.returncode}")
    return msgspec.json.decode(answer.stdout, type=BuildReport)


def unsettled(report: BuildReport) -> list[Difference]:
    """The differences that no ruling settles."""
    return [difference for difference in report.differences if not difference.line]


def refuse_unsettled(report: BuildReport) -> None:
    """Raise DisagreementFault if there is a difference that no ruling settles."""
    if found := unsettled(report):
        told = "; ".join(describe(difference) for difference in found)
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


def refresh_due(now: datetime) -> bool:
    """Whether a venue is missing, or was not told anew for almost a week."""
    fresh = Venue.objects.filter(refreshed_at__gt=now - REFRESHED)
    return fresh.count() < len(venue_rows())


def refresh(now: datetime) -> list[Change]:
    """Build the rolling stretch of all venues and store it; what changed. Warns of schedules that end soon.

    Raises as `built` does.
    """
    report = built(rolling_stretch(now.date()))
    changes = store_build(report)
    note_refreshed(report.texts, now)
    log.info("calendars.refreshed", changes=len(changes))
    for row in venue_rows():
        if row.known_until < now.date() + WARNING:
            log.warning("calendars.expiring", mic=row.mic, known_until=row.known_until.isoformat())
    return changes


@dataclass(frozen=True, slots=True)
class Covered:
    """What was stored to cover some days, and by MIC why a venue stays without them."""

    changes: list[Change]
    gaps: dict[str, str]


def ensure_covered(
    first: date, last: date, mics: Sequence[str] = (), tell: Callable[[str], None] = lambda said: None
) -> Covered:
    """Build what is missing to tell the status on these days, e.g. for a replay of old bars; nothing where all is known.

    `tell` is told before a build begins, which takes some seconds. A venue about which the libraries disagree without a
    ruling is left out: better no status than one that may be wrong. Raises UnknownVenue, BuildFault.
    """
    first, last = first - BEFORE, last + AFTER
    chosen = chosen_rows(list(mics))
    missing = [row for row in chosen if row.begins <= last and not _covered(row, first, last)]
    gaps = {row.mic: f"its hours before {row.begins} are not established" for row in chosen if row.begins > last}
    if not missing:
        return Covered([], gaps)
    tell(f"building the trading days of {len(missing)} venues from {first} to {last}")
    report = _answer((first, last), [row.mic for row in missing])
    for difference in unsettled(report):
        report.texts.pop(difference.mic, None)
        gaps.setdefault(difference.mic, f"the libraries disagree without a ruling: {describe(difference)}")
    return Covered(store_build(report), gaps)


def _covered(row: VenueRow, first: date, last: date) -> bool:
    begins = max(first, row.begins)
    return KnownStretch.objects.filter(venue__mic=row.mic, first__lte=begins, last__gte=last).exists()
