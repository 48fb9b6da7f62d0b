"""The terminal's view of the calendars."""

import json
import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from GlobalMarkets.calendars.build import BuildReport, Difference
from GlobalMarkets.calendars.errors import DisagreementFault
from GlobalMarkets.calendars.venues import venue_row
from GlobalMarkets.management.commands import build_calendars, market_status
from GlobalMarkets.models import Venue
from GlobalMarkets.tests.markets import TOKYO_WEEKS, WEEKS, make_venue

pytestmark = pytest.mark.django_db


def said(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_the_status_of_any_instant_as_json() -> None:
    make_venue("XNYS")
    make_venue("XTKS", TOKYO_WEEKS)
    found = json.loads(said("market_status", "XTKS", "XNYS", "--at", "2026-11-20T11:30:00+09:00", "--json"))
    assert [row["mic"] for row in found] == ["XTKS", "XNYS"]
    assert {
        key: found[0][key] for key in ("status", "phase", "next_event", "next_event_at", "seconds_to_next_event")
    } == {
        "status": "CLOSED",
        "phase": "LUNCH",
        "next_event": "LUNCH_END",
        "next_event_at": "2026-11-20T03:30:00Z",
        "seconds_to_next_event": 3600,
    }


def test_the_status_in_words_says_what_is_special() -> None:
    make_venue("XNYS", WEEKS.replace("known 2026-12-31", "known 2026-11-26"))
    Venue.objects.update(known_until="2026-11-26")
    titles, line = said("market_status", "--at", "2026-11-27T14:30:00Z").splitlines()
    assert titles.split()[:3] == ["MIC", "CITY", "LOCAL"]
    assert re.split(r"  +", line) == [
        "XNYS",
        "New York",
        "Fri 2026-11-27 09:30 OPEN",
        "OPEN",
        "close Fri 2026-11-27 13:00",
        "3:30:00",
        "2026-11-26",
        "· Day after Thanksgiving · projected, not announced · its schedule ends soon (docs/calendars.md)",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("XXXX",), "no venue has the MIC XXXX; known are XNYS, XTKS"),
        (("XNYS", "--at", "2015-01-05T15:00:00Z"), "known for 2026-11-16 to 2026-12-04, not for 2015-01-05"),
        (("--at", "2015-01-05T15:00:00Z"), "no venue's schedule is known at 2015-01-05T15:00:00Z"),
        (("XNYS", "--at", "2015-01-05T15:00:00Z"), "manage.py build_calendars --from 2015-01-01 --to 2015-12-31"),
        (("--at", "noon"), "--at 'noon' is not an instant"),
        (("--at", "2026-11-20T15:00:00"), "--at '2026-11-20T15:00:00' has no zone"),
        (("--at", "9999-12-31T23:59:59Z"), "is not between 1885 and 2199"),
        (("--at", "0001-01-01T00:00:00+05:00"), "is not between 1885 and 2199"),
        (("--at", "2199-12-31T23:59:59Z"), "no venue's schedule is known at 2199-12-31T23:59:59Z"),
    ],
)
def test_bad_input_gets_one_clear_line(arguments: tuple[str, ...], message: str) -> None:
    make_venue("XNYS")
    make_venue("XTKS", TOKYO_WEEKS)
    with pytest.raises(CommandError, match=message):
        said("market_status", *arguments)


def test_a_venue_that_is_not_known_then_is_mentioned_beside_the_others() -> None:
    make_venue("XNYS")
    make_venue("XTKS", TOKYO_WEEKS.replace("range 2026-11-16", "range 2026-11-30"))
    text = said("market_status", "--at", "2026-11-20T15:00:00Z")
    assert "the schedule of XTKS is known for 2026-11-30 to 2026-12-04" in text
    assert "XNYS  New York" in text


def test_where_nothing_was_loaded_yet_what_ships_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("GlobalMarkets.services.calendars.chosen_rows", lambda mics: [venue_row("XETR")])
    found = json.loads(said("market_status", "xetr", "--at", "2026-11-20T15:00:00Z", "--json"))
    assert [(row["mic"], row["status"], row["known_until"]) for row in found] == [("XETR", "OPEN", "2028-12-31")]


@pytest.mark.parametrize("command", [("market_status",), ("build_calendars", "XPAR")])
def test_a_database_that_cannot_be_used_is_one_line(monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    def fail(*given: object) -> None:
        raise OperationalError("no such table: markets_venue\n")

    monkeypatch.setattr(market_status, "load_if_none", fail)
    monkeypatch.setattr(build_calendars, "built", lambda stretch, mics: BuildReport())
    monkeypatch.setattr(build_calendars, "store_build", fail)
    with pytest.raises(CommandError, match=r"\(no such table: markets_venue\); manage.py migrate\?$"):
        said(*command)


def test_loading_says_what_it_did() -> None:
    assert said("load_calendars", "XPAR") == "loaded XPAR\n"
    assert said("load_calendars", "XPAR") == "the calendars are as they are shipped\n"
    assert said("load_calendars", "XPAR", verbosity=0) == ""
    with pytest.raises(CommandError, match="no venue has the MIC XXXX"):
        said("load_calendars", "XXXX")


def test_building_says_what_changed() -> None:
    arguments = ("build_calendars", "XPAR", "--from", "2026-11-20", "--to", "2026-12-31")
    assert said(*arguments) == "0 days changed, 30 are new\n"
    assert said(*arguments) == "nothing changed since last time\n"
    day = Venue.objects.get(mic="XPAR").sessions.get(date="2026-12-24")
    day.name, day.pause_starts_at = "Half day", None
    day.save()
    assert said(*arguments) == (
        "changed  XPAR 2026-12-24: 09:00–14:05 (Half day) → 09:00–14:05 (Christmas Eve)\n1 days changed, 0 are new\n"
    )


def test_building_tells_differences_and_idle_rulings(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    report = BuildReport(
        {"XNYS": WEEKS},
        [Difference("XNYS", "pmc closed · xc 09:30-16:00", 7, [date(2026, 11, 20)])],
        [99],
        ["XSAU: no library tells of 2013-01-01 to 2013-12-31"],
    )
    monkeypatch.setattr(build_calendars, "built", lambda stretch, mics: report)
    monkeypatch.setattr(build_calendars, "ship", lambda report: [tmp_path / "XNYS.txt"])
    assert said("build_calendars", "--ship").splitlines() == [
        "differ   XNYS 2026-11-20: pmc closed · xc 09:30-16:00 (settled by corrections.toml:7)",
        "idle     corrections.toml:99 changes nothing: the libraries say so by now",
        "unknown  XSAU: no library tells of 2013-01-01 to 2013-12-31",
        "shipped  XNYS.txt",
        "0 days changed, 15 are new",
    ]


def test_a_disagreement_ends_the_build_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: object) -> BuildReport:
        raise DisagreementFault("the libraries disagree: XNYS 2026-11-20")

    monkeypatch.setattr(build_calendars, "built", refuse)
    with pytest.raises(CommandError, match="XNYS 2026-11-20"):
        said("build_calendars")
    assert not Venue.objects.exists()


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(CommandError, match="--to 2026-01-01 is before --from 2026-12-31"):
        said("build_calendars", "--from", "2026-12-31", "--to", "2026-01-01")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("XXXX",), "no venue has the MIC XXXX"),
        (("--from", "2026-13-01"), "--from '2026-13-01' is not a date"),
        (("--to", "soon"), "--to 'soon' is not a date"),
        (("--ship", "--from", "2026-01-01"), "--ship writes the ranges of venues.toml"),
    ],
)
def test_a_build_that_cannot_be_meant_is_one_line(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        said("build_calendars", *arguments)
