"""`migrate`, then `runserver`: a desk that is filled, signs in and pushes, with the autoreloader and without."""

from __future__ import annotations

import os
import socket

import pytest

from tests.desk import ROOT, Desk, eventually
from tests.recordings import bar_rows, recording

both = pytest.mark.parametrize("options", [(), ("--noreload",)], ids=["autoreloader", "noreload"])


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path, PORT="8000")  # not where it is served: that is runserver's to say
    yield desk
    desk.stop()


def runserver(desk, options):
    desk.start("manage.py", "runserver", *options, str(desk.port))


def said(desk):
    return "".join(desk.lines)


@both
def test_it_fills_the_desk_and_signs_in(desk, options):
    assert desk.manage("migrate", "-v0").returncode == 0
    runserver(desk, options)
    with desk.signed_in() as client, desk.socket(client) as socket:
        (account,) = client.get("/api/accounts/").json()["items"]
        assert client.get(f"/api/accounts/{account['slug']}/positions/").json()["positions"]
        assert len(client.get("/api/intraday/?symbol=SPY").json()["items"]) > 300
        assert client.get("/api/markets/status/").json()["items"]
        assert socket.until_type("heartbeat")["data"]["features"]
        assert client.get("/api/cutover/stages/").json()["stages"]
    assert f"{desk.url}/sign-in#" in said(desk)
    assert f"PORT={desk.port} " in said(desk), "the command for another link names the port"
    served = said(desk).count("Performing system checks")
    assert said(desk).count("/sign-in#") == served, "only what serves prepares, not the autoreloader's parent"


@both
def test_a_database_that_was_not_migrated_gets_djangos_hint(desk, options):
    runserver(desk, options)
    with desk.client() as client:
        eventually(lambda: client.get("/sign-in").status_code in (200, 503), "the page is served")
    assert "Run 'python manage.py migrate' to apply them." in said(desk)
    assert "Traceback" not in said(desk)
    assert "/sign-in#" not in said(desk)


@both
def test_a_taken_port_and_what_the_settings_refuse_are_one_line(desk, options):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", desk.port))
        listener.listen(1)
        taken = desk.manage("runserver", *options, str(desk.port))
    assert (taken.returncode, taken.stderr.splitlines()[-1]) == (1, "CommandError: That port is already in use.")
    desk.manage("migrate", "-v0")
    desk.environ["BROKER"] = "elsewhere"
    refused = desk.manage("runserver", *options, str(desk.port))
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert refused.stderr.splitlines()[-1] == "CommandError: BROKER='elsewhere' is none of: paper"


def test_a_replay_has_its_own_fresh_database_without_migrate(desk, tmp_path):
    name = f"test-{tmp_path.name}-{os.getpid()}"
    file = recording(tmp_path / f"{name}.csv", bar_rows("SPY", 5))
    desk.environ |= {"REPLAY": str(file), "SPEED": "max", "DATABASE_URL": ""}
    try:
        runserver(desk, ["--noreload"])
        with desk.signed_in() as client:
            eventually(lambda: client.get("/api/desk/").json()["replay"]["finished"], "the replay is over")
            bars = "/api/intraday/?symbol=SPY"
            eventually(lambda: len(client.get(bars).json()["items"]) == 5, "all five bars are recorded")
    finally:
        desk.stop()
        for path in (ROOT / "var").glob(f"replay-{name}.*"):
            path.unlink()
