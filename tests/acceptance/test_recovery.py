"""A client that goes away and comes back with its cursor has missed nothing; whatever nudges are lost."""

from __future__ import annotations

import pytest

from tests.desk import Desk, Socket, eventually
from tests.recordings import bar_rows, recording

MINUTES = 40
TOPIC = "bars.USA.SPY"


@pytest.fixture
def file(tmp_path):
    return recording(tmp_path / "day.csv", bar_rows("SPY", MINUTES))


def cursor(frame):
    return f"{frame['epoch']}:{frame['offset']}"


def stored(client) -> int:
    return len(client.get("/api/intraday/?symbol=SPY&open=false&limit=1000").json()["items"])


def join(socket: Socket, cursor: str | None = None):
    """Subscribe; the `subscribed` answer's data."""
    socket.send({"type": "subscribe", "topics": [{"topic": TOPIC, "cursor": cursor}]})
    return socket.until_type("subscribed")["data"]


def test_it_comes_back_with_its_cursor_and_has_all_in_order(tmp_path, file):
    with Desk(tmp_path, REPLAY=str(file), SPEED="600") as desk, desk.signed_in() as client:
        with desk.socket(client, "?subscribe=manual") as socket:
            join(socket)
            last = socket.until(lambda frame: frame.get("topic") == TOPIC and frame["offset"] >= 2, "a bar")
        eventually(lambda: stored(client) == MINUTES, "the replay is over and recorded")
        with desk.socket(client, "?subscribe=manual") as socket:
            answer = join(socket, cursor(last))
            rows = MINUTES - last["offset"]
            assert answer == {
                "topic": TOPIC,
                "epoch": last["epoch"],
                "offset": MINUTES,
                "recovered": True,
                "rows": rows,
            }
            missed = [socket.until_type("intraday_bar") for _ in range(rows)]
            assert [frame["offset"] for frame in missed] == list(range(last["offset"] + 1, MINUTES + 1))
            assert not any("snapshot" in frame for frame in missed)
        with desk.socket(client, "?subscribe=manual") as socket:
            assert join(socket, cursor(missed[-1]))["recovered"]
            socket.send({"type": "ping"})
            assert socket.next()["type"] == "pong", "nothing was missed, so nothing is sent"


def test_a_cursor_of_another_life_is_told_a_reset_and_given_a_snapshot(tmp_path, file):
    with Desk(tmp_path, REPLAY=str(file), SPEED="max") as desk, desk.signed_in() as client:
        eventually(lambda: stored(client) == MINUTES, "the replay is over and recorded")
        with desk.socket(client, "?subscribe=manual") as socket:
            assert not join(socket, "another:3")["recovered"]
            assert socket.next()["type"] == "reset"
            snapshot = [socket.until_type("intraday_bar") for _ in range(MINUTES)]
            assert all(frame["snapshot"] and frame["offset"] == MINUTES for frame in snapshot)


def test_clients_are_served_after_the_server_was_killed_and_started_again(tmp_path, file):
    with Desk(tmp_path, REPLAY=str(file), SPEED="600") as desk, desk.signed_in() as client:
        with desk.socket(client, "?subscribe=manual") as socket:
            join(socket)
            last = socket.until(lambda frame: frame.get("topic") == TOPIC and frame["offset"] >= 3, "a bar")
            desk.kill()
        desk.environ["KEEP"] = "true"
        desk.start()
        eventually(lambda: stored(client) == MINUTES, "the replay is over and recorded")
        with desk.socket(client, "?subscribe=manual") as socket:
            assert join(socket, cursor(last))["recovered"]
            seen = [socket.until_type("intraday_bar")["offset"] for _ in range(MINUTES - last["offset"])]
            assert seen == list(range(last["offset"] + 1, MINUTES + 1))
