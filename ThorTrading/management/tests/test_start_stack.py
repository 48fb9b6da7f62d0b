"""The embedded desk's start: what it sets up, what it says, and what it refuses before touching anything."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from GlobalMarkets import feeds
from GlobalMarkets.calendars.errors import BuildFault
from GlobalMarkets.models import Bar, MarketStatus
from identity.models import Role, User
from identity.services import use_link
from ThorTrading.management.preparation import load_calendars
from ThorTrading.models import AccountBalance, PaperHolding, Position

pytestmark = pytest.mark.django_db(transaction=True)
served: list[tuple[str, int]] = []
RECORDING = """symbol,timestamp_utc,open,high,low,close,volume
SPY,2013-10-04T13:30:00Z,167.74,167.82,167.67,167.77,633958
SPY,2013-10-04T13:31:00Z,167.77,167.90,167.70,167.80,1000
"""


def serve(host: str, port: int) -> None:
    served.append((host, port))


@pytest.fixture(autouse=True)
def desk(settings) -> Iterator[None]:
    settings.EMBEDDED_SERVER = f"{__name__}.serve"
    settings.WATCHLIST = ["SPY"]
    settings.HOST, settings.PORT = "127.0.0.1", free_port()
    settings.REPLAY, settings.FEED, settings.BROKER = "", "simulated", "paper"
    feeds.forget()
    served.clear()
    yield
    feeds.forget()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_first_start_fills_the_desk_and_serves_it_and_a_second_goes_on_with_it(settings, capsys, caplog) -> None:
    caplog.set_level(logging.INFO)
    call_command("start_stack")
    assert served == [("127.0.0.1", settings.PORT)]
    assert Bar.objects.filter(symbol="SPY", closed=True).count() > 300
    assert PaperHolding.objects.get().symbol == Position.objects.get().symbol == "SPY"
    assert AccountBalance.objects.get().equity > 50_000
    assert MarketStatus.objects.filter(venue__mic="XNYS").exists()
    assert "All systems initialized successfully" in [record.getMessage() for record in caplog.records]
    assert_newcomer_knows_what_to_do(capsys.readouterr().out, settings)

    bars = Bar.objects.count()
    PaperHolding.objects.update(quantity=7)
    call_command("start_stack")
    assert PaperHolding.objects.get().quantity == 7
    assert User.objects.count() == 1
    assert Bar.objects.count() >= bars


def assert_newcomer_knows_what_to_do(said: str, settings) -> None:
    """The link signs in the operator; feed, broker and the command for another link are told."""
    token = re.search(rf"http://127\.0\.0\.1:{settings.PORT}/sign-in#(\S+)", said)
    assert token
    user = use_link(token[1], timezone.now())
    assert (user.username, user.role) == (settings.EMBEDDED_USER, Role.OPERATOR)
    assert re.search(r"feed +simulated", said)
    assert re.search(r"broker +paper", said)
    assert f"PORT={settings.PORT}" in said


def test_a_replay_begins_with_its_positions_and_without_bars(settings, tmp_path: Path, capsys) -> None:
    file = tmp_path / "bars.csv"
    file.write_text(RECORDING)
    settings.REPLAY = str(file)
    call_command("start_stack")
    position = Position.objects.get()
    assert (position.symbol, int(position.quantity), str(position.entry_price)) == ("SPY", 100, "167.7400")
    assert f"{position.as_of:%Y-%m-%dT%H:%M}" == "2013-10-04T13:30"
    assert not Bar.objects.exists()
    said = capsys.readouterr().out
    assert f"replay of {file} from 2013-10-04 13:30 UTC, 60 times as fast" in said
    assert f"REPLAY={file}" in said


def test_a_replay_of_old_bars_has_its_markets_built(settings, tmp_path: Path, capsys) -> None:
    file = tmp_path / "bars.csv"
    file.write_text(
        "symbol,timestamp_utc,open,high,low,close,volume\n"
        "SPY,1995-03-03T20:59:00Z,48.50,48.52,48.45,48.50,63300\n"
        "SPY,1995-03-06T14:30:00Z,48.51,48.55,48.50,48.52,1000\n"
    )
    settings.REPLAY = str(file)
    call_command("start_stack")
    said = capsys.readouterr().out
    assert "building the trading days of 16 venues from 1995-02-24 to 1995-03-27 …" in said
    assert "no status for XSAU: its hours before 2021-01-01 are not established" in said
    assert "no status for XHKG: the libraries disagree without a ruling" in said
    status = MarketStatus.objects.get(venue__mic="XNYS")
    assert (f"{status.as_of:%Y-%m-%dT%H:%M}", status.status, status.phase) == ("1995-03-03T20:59", "OPEN", "PRECLOSE")
    assert f"{status.next_event_at:%Y-%m-%dT%H:%M}" == "1995-03-03T21:00"


def test_a_replay_of_days_that_ship_builds_nothing(settings, tmp_path: Path, capsys, monkeypatch) -> None:
    def build(*given: object) -> None:
        raise AssertionError("these days ship")

    monkeypatch.setattr("GlobalMarkets.services.calendar_build._answer", build)
    file = tmp_path / "bars.csv"
    file.write_text(RECORDING)
    settings.REPLAY = str(file)
    call_command("start_stack")
    assert "16 venues" in capsys.readouterr().out


def test_days_without_a_calendar_are_told_and_do_not_stop_a_replay(settings, tmp_path: Path, monkeypatch) -> None:
    def fail(*days: object, **options: object) -> None:
        raise BuildFault("no library knows 1913")

    monkeypatch.setattr("ThorTrading.management.preparation.ensure_covered", fail)
    monkeypatch.setattr("ThorTrading.management.preparation.call_command", lambda *args, **kwargs: None)
    file = tmp_path / "bars.csv"
    file.write_text(RECORDING)
    settings.REPLAY = str(file)
    assert "no market status on the replay's days: no library knows 1913" in load_calendars(feeds.current(), print)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"REPLAY": "nothing-here.csv"}, "nothing-here.csv: No such file"),
        ({"REPLAY_SPEED": "fast", "REPLAY": "sample"}, "SPEED='fast'"),
        ({"FEED": "elsewhere"}, "FEED='elsewhere'"),
        ({"BROKER": "elsewhere"}, "BROKER='elsewhere'"),
        ({"PORT": 70000}, "PORT=70000"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line(settings, wrong: dict[str, object], named: str) -> None:
    for name, value in wrong.items():
        setattr(settings, name, value)
    with pytest.raises(CommandError) as refused:
        call_command("start_stack")
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not User.objects.exists()
    assert not served


def test_a_taken_port_is_refused(settings) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", settings.PORT))
        listener.listen(1)
        with pytest.raises(CommandError, match=f"port {settings.PORT} is in use"):
            call_command("start_stack")
    assert not User.objects.exists()


def test_a_broken_recording_leaves_the_last_replays_database(settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    last = tmp_path / "replay-broken.sqlite3"
    last.touch()
    file = tmp_path / "broken.csv"
    file.write_text(RECORDING + "SPY,yesterday,1,1,1,1,1\n")
    settings.REPLAY = str(file)
    with pytest.raises(CommandError, match=r"broken\.csv, line 4"):
        call_command("start_stack")
    assert last.exists()
