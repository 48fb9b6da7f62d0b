"""An operator's commands beside a running server: clients hear of a move, and the status tells the truth."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.desk import ROOT, Desk


def stage_in(frame, feature="positions"):
    return next(row["stage"] for row in frame["data"]["stages"] if row["feature"] == feature)


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path) as desk:
        yield desk


def move(desk, *arguments):
    answer = desk.manage("cutover", *arguments)
    assert answer.returncode == 0, answer.stderr
    return answer


def test_a_connected_client_and_a_polling_one_hear_of_a_move_without_a_restart(desk):
    with desk.signed_in() as client, desk.socket(client) as socket:
        assert stage_in(socket.until_type("stages")) == "shadow"
        refused = desk.manage("cutover", "advance", "positions", "--reason", "too early")
        assert refused.returncode == 1
        assert "positions stays in shadow: the gate to canary is shut" in refused.stderr
        move(desk, "advance", "positions", "--force", "--reason", "two clean sessions")
        assert stage_in(socket.until_type("stages")) == "canary"
        move(desk, "advance", "positions", "--force", "--reason", "the canary sang")
        heard = socket.until_type("stages")
        assert stage_in(heard) == "live"
        polled = client.get("/api/cutover/stages/")
        assert (stage_in({"data": polled.json()}), polled.headers["etag"]) == (
            "live",
            f'"{heard["epoch"]}:{heard["offset"]}"',
        )
        move(desk, "rollback", "positions", "--reason", "trying the way back")
        assert stage_in(socket.until_type("stages")) == "shadow"
        history = move(desk, "history", "positions").stdout
        assert all(reason in history for reason in ("two clean sessions", "the canary sang", "trying the way back"))


def test_the_status_command_its_script_and_its_pipe_say_the_same(desk):
    with desk.signed_in():
        move(desk, "advance", "intraday", "--force", "--reason", "a start")
        plain = desk.manage("check_cutover_status", "--json")
        script = subprocess.run(
            [sys.executable, "scripts/check_cutover_status.py", "--json"],
            cwd=ROOT, env=desk.environ, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        piped = desk.manage("shell", piped=(ROOT / "scripts/check_cutover_status.py").read_text())
        assert (plain.returncode, script.returncode) == (0, 0)
        told = [{row["feature"]: row["stage"] for row in json.loads(run.stdout)["features"]} for run in (plain, script)]
        assert told[0] == told[1]
        assert (told[0]["intraday"], told[0]["positions"]) == ("canary", "shadow")
        assert "PARTIAL CUTOVER" in piped.stdout or "SHADOW MODE" in piped.stdout


def test_the_environment_pins_a_feature_and_is_recorded_when_it_turns_true(tmp_path):
    with Desk(tmp_path, WS_FEATURE_POSITIONS="true", WS_FEATURE_INTRADAY="false") as desk, desk.signed_in() as client:
        rows = {row["feature"]: row for row in client.get("/api/cutover/stages/").json()["stages"]}
        assert (rows["positions"]["stage"], rows["positions"]["source"]) == ("live", "record")
        assert (rows["intraday"]["stage"], rows["intraday"]["source"]) == ("shadow", "environment")
        assert "environment" in move(desk, "history", "positions").stdout
        move(desk, "rollback", "positions", "--reason", "a rollback holds")
    with Desk(tmp_path, WS_FEATURE_POSITIONS="true") as desk, desk.signed_in() as client:
        rows = {row["feature"]: row for row in client.get("/api/cutover/stages/").json()["stages"]}
        assert rows["positions"]["stage"] == "shadow", "a restart with the same flag moves nothing"
