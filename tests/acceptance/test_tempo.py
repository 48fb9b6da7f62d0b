"""A rehearsal: a replay and its desk at twenty times their pace."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.desk import Desk

WANTED = 5


def test_on_a_replay_positions_are_published_more_often_than_each_second(tmp_path):
    with Desk(tmp_path, TEMPO="20", REPLAY="sample", SPEED="1200") as desk:
        with desk.signed_in() as client, desk.socket(client) as socket:
            heard = [socket.until(is_position, "positions")["offset"] for _ in range(WANTED)]
        table = desk.manage("jobs").stdout
    assert heard == sorted(set(heard))
    assert any(line.split()[:3] == ["market_metrics", "0.5", "s"] for line in table.splitlines()), table
    with closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as database:
        due = [at for (at,) in database.execute("SELECT due_at FROM jobs_jobrun WHERE job = 'market_metrics'")]
    assert {at[19:21] for at in due} == {"", ".5"}, due


def is_position(frame):
    return frame["type"] == "positions" and "snapshot" not in frame
