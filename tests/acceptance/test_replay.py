"""A recording played through a real desk: every bar arrives once, the store equals the file, a second time changes nothing."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.desk import ROOT, Desk, Socket, eventually
from tests.recordings import bar_rows, recording

MINUTES = 45


@pytest.fixture
def file(tmp_path):
    return recording(tmp_path / "day.csv", bar_rows("SPY", MINUTES), bar_rows("BRK.B", MINUTES, price=11500))


def replay(tmp_path, file, **environ):
    return Desk(tmp_path, REPLAY=str(file), SPEED="max", **environ)


def has_finished(client):
    """The feed is through, and all that it told is recorded."""
    paths = [f"/api/intraday/?symbol={symbol}&open=false&limit=1000" for symbol in ("SPY", "BRK.B")]
    stored = [len(client.get(path).json()["items"]) for path in paths]
    return client.get("/api/desk/").json()["replay"]["finished"] and stored == [MINUTES, MINUTES]


def closed_bars(socket: Socket):
    return [
        (frame["data"]["symbol"], frame["data"]["timestamp_minute"])
        for frame in socket.frames
        if frame["type"] == "intraday_bar" and frame["data"]["closed"]
    ]


def topic_tops(desk):
    answer = desk.manage("shell", "-c", "from realtime.models import *; print(sorted(map(str, Topic.objects.all())))")
    return [part for part in answer.stdout.split("'") if part.startswith("bars.")]


def test_each_bar_arrives_once_and_the_store_equals_the_file(tmp_path, file):
    with replay(tmp_path, file) as desk, desk.signed_in() as client, desk.socket(client) as socket:
        while len(closed_bars(socket)) < 2 * MINUTES:
            socket.until_type("intraday_bar")
        eventually(lambda: has_finished(client), "the replay is over")
        socket.send({"type": "ping", "timestamp": "the end"})
        socket.until_type("pong")
        assert set(Counter(closed_bars(socket)).values()) == {1}
        compared = desk.manage("compare_bars", str(file), "--database", str(tmp_path / "desk.sqlite3"))
        assert (compared.returncode, compared.stderr) == (0, "")
        assert f"{2 * MINUTES} of {2 * MINUTES}" in compared.stdout


def test_playing_it_again_into_the_same_database_numbers_nothing_anew(tmp_path, file):
    with replay(tmp_path, file) as desk, desk.signed_in() as client:
        eventually(lambda: has_finished(client), "the replay is over")
        first = topic_tops(desk)
    assert len(first) == 2
    with replay(tmp_path, file, KEEP="true") as desk, desk.signed_in() as client:
        eventually(lambda: has_finished(client), "the replay is over")
        assert topic_tops(desk) == first


def test_a_stored_bar_that_differs_is_told_with_exit_1(tmp_path, file):
    with replay(tmp_path, file) as desk, desk.signed_in() as client:
        eventually(lambda: has_finished(client), "the replay is over")
        lines = file.read_text().splitlines()
        changed = recording(tmp_path / "changed.csv", [lines[1].rsplit(",", 1)[0] + ",999999", *lines[2:]])
        compared = desk.manage("compare_bars", str(changed), "--database", str(tmp_path / "desk.sqlite3"))
        assert compared.returncode == 1
        assert "999999" in compared.stdout


def test_two_desks_do_not_play_into_one_database(tmp_path):
    name = f"test-{tmp_path.name}-{os.getpid()}"
    file = recording(tmp_path / f"{name}.csv", bar_rows("SPY", MINUTES))
    desk = Desk(tmp_path, REPLAY=str(file), SPEED="max", DATABASE_URL="")
    try:
        with desk, desk.signed_in() as client:
            for keep in ("false", "true"):
                second = Desk(tmp_path, REPLAY=str(file), DATABASE_URL="", KEEP=keep).manage("start_stack")
                assert (second.returncode, second.stdout) == (1, "")
                assert f"another desk plays into {ROOT}/var/replay-{name}.sqlite3" in second.stderr
                assert len(second.stderr.strip().splitlines()) == 1
            assert len(client.get("/api/accounts/").json()["items"]) == 1
    finally:
        for path in (ROOT / "var").glob(f"replay-{name}.*"):
            path.unlink()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, "nowhere.csv"),
        ("symbol,timestamp_utc,open,high,low,close,volume\nSPY,2013-10-07T13:30:00Z,1,2,abc,1,5\n", "line 2"),
        ("symbol,timestamp_utc,open,high,low,close,volume\nSPY,2013-10-07T13:30:00Z,1,1,1\n", "line 2"),
    ],
)
def test_a_bad_file_is_one_line_and_starts_nothing(tmp_path, content, named):
    path = tmp_path / "nowhere.csv"
    if content is not None:
        path.write_text(content)
    desk = Desk(tmp_path, REPLAY=str(path))
    answer = desk.manage("start_stack")
    assert answer.returncode != 0
    assert named in answer.stderr
    assert "nowhere.csv" in answer.stderr
    assert len(answer.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "desk.sqlite3").exists()
