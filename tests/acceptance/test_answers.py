"""Dashboards acknowledge the stages on real sockets, and the operator sees live how many of them have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.desk import Desk, Socket, eventually

POLLS = {"X-Thor-Client": "dashboard; reads=fallback"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk"), FEED_SEED="5") as desk:
        yield desk


@pytest.fixture(scope="module")
def operator(desk):
    with desk.signed_in() as client:
        yield client


@pytest.fixture(autouse=True)
def _positions_are_left_in_shadow(desk):
    yield
    desk.manage("cutover", "rollback", "positions", "--reason", "the trial is over")


def move(desk: Desk, *arguments: str) -> None:
    answer = desk.manage("cutover", *arguments, "--reason", "a trial")
    assert answer.returncode == 0, answer.stderr


def acknowledge(socket: Socket, stage: str) -> None:
    """Read until positions stands in this stage, and say so, as a dashboard does."""

    def tells(frame):
        rows = frame["data"]["stages"] if frame["type"] == "stages" else []
        return any(row["feature"] == "positions" and row["stage"] == stage for row in rows)

    frame = socket.until(tells, f"positions in {stage}")
    socket.send({"type": "stages_ack", "cursor": f"{frame['epoch']}:{frame['offset']}"})


def watching(socket: Socket) -> None:
    socket.send({"type": "subscribe", "topics": ["answers", "console"]})


def answers(socket: Socket, **wanted):
    """The first word on the answers that has these figures."""
    return socket.until(
        lambda frame: frame["type"] == "answers" and frame["data"].items() >= wanted.items(), f"answers with {wanted}"
    )["data"]


def console_shows(socket: Socket, stage: str) -> None:
    """By a frame that came already, or by the next ones."""

    def shows(frame):
        rows = frame["data"]["features"] if frame["type"] == "console" else []
        return any(row["feature"] == "positions" and row["stage"] == stage for row in rows)

    if not any(map(shows, socket.frames)):
        socket.until(shows, f"the console with positions in {stage}")


@contextmanager
def open_sockets(desk, client, count: int) -> Iterator[list[Socket]]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(desk.socket(client, "?subscribe=manual")) for _ in range(count)]
        for socket in sockets:
            socket.send({"type": "subscribe", "topics": ["stages"]})
        yield sockets


def test_the_operator_sees_how_many_have_answered_as_they_do(desk, operator):
    with desk.socket(operator, "?subscribe=manual") as watcher, open_sockets(desk, operator, 3) as dashboards:
        watching(watcher)
        answers(watcher, dashboards=3)
        move(desk, "advance", "positions", "--force")
        answers(watcher, dashboards=3, feature="positions", stage="canary", answered=0)
        acknowledge(dashboards[0], "canary")
        answers(watcher, answered=1)
        for dashboard in dashboards[1:]:
            acknowledge(dashboard, "canary")
        told = answers(watcher, answered=3)
        assert told["seconds"] > 0
        assert operator.get("/api/cutover/answers/").json() == told
        console_shows(watcher, "canary")
        move(desk, "rollback", "positions")
        acknowledge(dashboards[0], "shadow")
        dashboards[1].connection.close()
        dashboards[2].connection.close()
        answers(watcher, dashboards=1, answered=1, stage="shadow")


def test_dashboards_without_a_socket_are_counted_apart(desk, operator):
    with desk.socket(operator, "?subscribe=manual") as watcher:
        watching(watcher)
        operator.get("/api/cutover/stages/", headers=POLLS)
        answers(watcher, polling=1, polling_answered=1, dashboards=0)
        move(desk, "advance", "positions", "--force")
        eventually(
            lambda: operator.get("/api/cutover/answers/").json()["stage"] == "canary", "the operator's page knows"
        )
        operator.get("/api/cutover/stages/", headers=POLLS)
        answers(watcher, polling=1, polling_answered=1, stage="canary")
        move(desk, "rollback", "positions")


def test_two_processes_add_up(desk, operator, tmp_path_factory):
    beside = Desk(tmp_path_factory.mktemp("beside"))
    beside.environ |= {"DATABASE_URL": desk.environ["DATABASE_URL"]}
    beside.start("manage.py", "serve")
    try:
        beside.wait_until_up()
        with (
            desk.socket(operator, "?subscribe=manual") as watcher,
            open_sockets(desk, operator, 2) as here,
            open_sockets(beside, operator, 1) as there,
        ):
            watching(watcher)
            answers(watcher, dashboards=3)
            move(desk, "advance", "positions", "--force")
            for dashboard in (*here, *there):
                acknowledge(dashboard, "canary")
            assert answers(watcher, dashboards=3, answered=3)["stage"] == "canary"
            processes = operator.get("/api/cutover/console/").json()["processes"]
            assert sorted(row["dashboards"] for row in processes if row["kind"] == "server") == [1, 2]
            move(desk, "rollback", "positions")
    finally:
        beside.stop()
    eventually(lambda: len(operator.get("/api/cutover/console/").json()["processes"]) == 1, "its row went with it")


def test_processes_that_are_set_differently_are_told(desk, operator, tmp_path_factory):
    beside = Desk(tmp_path_factory.mktemp("beside"), WS_FEATURE_POSITIONS="false")
    beside.environ |= {"DATABASE_URL": desk.environ["DATABASE_URL"]}
    beside.start("manage.py", "serve")
    try:
        beside.wait_until_up()
        console = eventually(
            lambda: (found := operator.get("/api/cutover/console/").json())["problems"] and found, "a problem is told"
        )
        assert any("WS_FEATURE_POSITIONS differs" in problem for problem in console["problems"])
        assert {row["differs"] for row in console["processes"]} == {"WS_FEATURE_POSITIONS"}
    finally:
        beside.stop()
