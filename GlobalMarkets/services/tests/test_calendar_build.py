"""Building from the libraries, in a process of its own: short ranges, agreement with what is shipped, and faults."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from GlobalMarkets.calendars.build import BuildReport, Difference
from GlobalMarkets.calendars.errors import BuildFault, DisagreementFault, UnknownVenue
from GlobalMarkets.calendars.schedule_text import read
from GlobalMarkets.calendars.tests.shipped import MICS, days_of
from GlobalMarkets.calendars.venues import venue_row
from GlobalMarkets.models import TradingSession, Venue
from GlobalMarkets.selectors.markets import venue_status
from GlobalMarkets.services import calendar_build
from GlobalMarkets.services.calendar_build import (
    ROOT,
    Covered,
    built,
    ensure_covered,
    refresh,
    refresh_due,
    refuse_unsettled,
    rolling_stretch,
    ship,
    store_build,
)
from GlobalMarkets.services.calendars import load_shipped, note_refreshed

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def report() -> BuildReport:
    """All venues, of one year."""
    return built((FIRST, LAST))


def test_a_build_says_of_every_day_what_is_shipped(report: BuildReport) -> None:
    assert sorted(report.texts) == MICS
    for mic, text in report.texts.items():
        told = {day.date: (day.hours, day.name) for day in read(text, venue_row(mic), mic).days}
        shipped = {day.date: (day.hours, day.name) for day in days_of(mic).values() if FIRST <= day.date <= LAST}
        assert {day: said for day, said in told.items() if said[0]} == {
            day: said for day, said in shipped.items() if said[0]
        }
        assert told.keys() == shipped.keys()


def test_it_says_where_the_libraries_differ_and_which_line_settles_it(report: BuildReport) -> None:
    lines = (ROOT / "GlobalMarkets" / "calendars" / "corrections.toml").read_text().splitlines()
    assert {difference.mic for difference in report.differences} == {"BVMF", "XASX", "XCME", "XHKG"}
    assert {lines[difference.line - 1] for difference in report.differences} == {"[[rule]]"}
    assert report.idle == []


def test_no_ruling_is_an_error_that_names_the_day() -> None:
    open_question = Difference("XNYS", "pmc closed · xc 09:30-16:00", 0, [date(2026, 11, 20)])
    with pytest.raises(DisagreementFault, match="XNYS 2026-11-20: pmc closed · xc 09:30-16:00"):
        refuse_unsettled(BuildReport(differences=[open_question]))
    refuse_unsettled(BuildReport())


def test_what_fails_in_the_process_is_told_here(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(calendar_build, "ROOT", tmp_path)  # a place without the package
    with pytest.raises(BuildFault, match="GlobalMarkets"):
        built((FIRST, LAST), ["XNYS"])


def test_a_broken_correction_ends_the_process_with_its_line() -> None:
    script = (
        "from GlobalMarkets.calendars import build, corrections\n"
        "corrections.shipped = lambda: corrections.read('[[day]]\\nvenues = [\"XNYS\"]\\n')\n"
        "raise SystemExit(build.main(['2026-11-01', '2026-11-30', 'XNYS']))"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.strip() == "corrections.toml:1: 'source' is missing"


def test_an_unknown_venue_starts_no_process() -> None:
    with pytest.raises(UnknownVenue):
        built((FIRST, LAST), ["XXXX"])


def test_neither_servers_nor_jobs_import_the_libraries() -> None:
    script = (
        "import sys, django, os\n"
        "os.environ |= {'DJANGO_SETTINGS_MODULE': 'thor_project.settings', 'CELERY_BROKER_URL': 'redis://127.0.0.1:1/0'}\n"
        "django.setup()\n"
        "import importlib, pkgutil\n"
        "import thor_project.asgi, thor_project.server, thor_project.urls, jobs.loop\n"
        "for name in ('GlobalMarkets', 'ThorTrading', 'cutover', 'identity', 'jobs', 'realtime', 'thor_project'):\n"
        "    for found in pkgutil.walk_packages([name], f'{name}.'):\n"
        "        if '.tests' not in found.name and found.name != 'GlobalMarkets.calendars.libraries':\n"
        "            importlib.import_module(found.name)\n"
        "from jobs.registry import registry\n"
        "assert {'market_metrics', 'market_clock', 'calendar_refresh'} <= {job.name for job in registry}\n"
        "print([name for name in ('pandas', 'numpy', 'exchange_calendars', 'pandas_market_calendars')"
        " if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


@pytest.mark.django_db
def test_a_build_is_stored_and_shipped(report: BuildReport, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    part = BuildReport({"XETR": report.texts["XETR"]})
    assert len(store_build(part)) == TradingSession.objects.filter(venue__mic="XETR").count() == 261
    assert store_build(part) == []
    monkeypatch.setattr(calendar_build, "SHIPPED", tmp_path / "schedule")
    assert [path.read_text() for path in ship(part)] == [report.texts["XETR"]]


@pytest.mark.django_db
def test_what_a_replay_of_old_bars_needs_is_built_once_and_only_what_is_missing() -> None:
    asked, said = (date(2012, 10, 29), date(2012, 10, 29)), []
    covered = ensure_covered(*asked, ["XNYS", "XSAU"], tell=said.append)
    assert {change.mic for change in covered.changes} == {"XNYS"}
    assert covered.gaps == {"XSAU": "its hours before 2021-01-01 are not established"}
    assert said == ["building the trading days of 1 venues from 2012-10-22 to 2012-11-19"]
    sandy = venue_status(Venue.objects.get(mic="XNYS"), datetime(2012, 10, 29, 15, tzinfo=UTC))
    assert (sandy.hours.phase, sandy.hours.next_event_at) == ("HOLIDAY", datetime(2012, 10, 31, 13, 30, tzinfo=UTC))
    assert ensure_covered(*asked, ["XNYS"], tell=said.append) == Covered([], {})
    assert len(said) == 1


@pytest.mark.django_db
def test_a_replays_venue_without_a_ruling_is_left_out_and_named(report: BuildReport, monkeypatch) -> None:
    open_question = Difference("XETR", "pmc closed · xc 09:00-17:30", 0, [FIRST])
    texts = {mic: report.texts[mic] for mic in ("XETR", "XPAR")}
    monkeypatch.setattr(calendar_build, "_answer", lambda stretch, mics: BuildReport(texts, [open_question]))
    covered = ensure_covered(FIRST, FIRST, ["XETR", "XPAR"])
    assert {change.mic for change in covered.changes} == {"XPAR"}
    assert covered.gaps == {
        "XETR": "the libraries disagree without a ruling: XETR 2026-01-01: pmc closed · xc 09:00-17:30"
    }


@pytest.mark.django_db
def test_a_refresh_stores_what_it_built_and_warns_of_what_ends_soon(report: BuildReport, monkeypatch) -> None:
    asked = []

    def build_part(stretch: tuple[date, date]) -> BuildReport:
        """The real answer would take ten seconds."""
        asked.append(stretch)
        return BuildReport({"XETR": report.texts["XETR"]})

    monkeypatch.setattr(calendar_build, "built", build_part)
    with capture_logs() as logs:
        assert len(refresh(NOW)) == 261
    assert asked == [(date(2024, 1, 1), date(2028, 12, 31))]
    assert {entry["mic"] for entry in logs if entry["event"] == "calendars.expiring"} == {
        "XSHG",
        "XSHE",
        "XNSE",
        "XSAU",
    }


@pytest.mark.django_db
def test_a_refresh_is_due_once_a_venue_was_not_told_anew_for_almost_a_week(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refresh_due(NOW)
    monkeypatch.setattr(calendar_build, "venue_rows", lambda: [venue_row("XPAR")])
    load_shipped(["XPAR"])
    assert refresh_due(NOW)
    note_refreshed(["XPAR"], NOW)
    assert not refresh_due(NOW + timedelta(days=5, hours=23))
    assert refresh_due(NOW + timedelta(days=6))


def test_a_refresh_builds_two_years_back_and_to_the_end_of_the_year_after_next() -> None:
    assert rolling_stretch(date(2026, 11, 20)) == (date(2024, 1, 1), date(2028, 12, 31))
