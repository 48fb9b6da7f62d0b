"""Two heartbeat processes: one leads, the other takes over when that one dies or freezes, and no due time runs twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest

from tests.desk import Desk, eventually
from tests.servers import postgres, valkey_here

JOB = "market_clock"
"""Due each second."""


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Iterator[dict[str, str]]:
    with postgres() as variables:
        with Desk(tmp_path_factory.mktemp("first"), **variables) as desk:
            desk.token()
        yield variables


@pytest.fixture(params=["redis", "database"])
def environ(request, database) -> Iterator[dict[str, str]]:
    """What the processes see, with Redis and without."""
    if request.param == "database":
        yield database
    else:
        with valkey_here() as layer:
            yield {**database, **layer.variables}


@pytest.fixture
def pair(tmp_path, environ) -> Iterator[Pair]:
    pair = Pair(tmp_path, environ)
    try:
        yield pair
    finally:
        pair.end()


class Pair:
    """A heartbeat that leads, and one that follows it."""

    def __init__(self, folder, environ) -> None:
        self.leader, self.follower = Desk(folder, **environ), Desk(folder, **environ)
        self.database = psycopg.connect(host=environ["PGHOST"], user="postgres", autocommit=True)
        self.leader.start("manage.py", "run_heartbeat")
        await_line(self.leader, "heartbeat.leads")
        self.follower.start("manage.py", "run_heartbeat")
        await_line(self.follower, "heartbeat.follows")

    def signal(self, desk: Desk, number: int) -> None:
        for process, _ in desk._processes:
            process.send_signal(number)

    def end(self) -> None:
        self.signal(self.leader, signal.SIGCONT)
        for desk in (self.leader, self.follower):
            desk.stop()
        self.database.close()

    def await_run(self, since: datetime) -> None:
        """Some process runs jobs."""
        eventually(lambda: any(at > since for at in self.due_times()), f"a run of {JOB} after {since}")

    def due_times(self) -> list[datetime]:
        return [at for (at,) in self.database.execute("SELECT due_at FROM jobs_jobrun WHERE job = %s", [JOB])]


def await_line(desk: Desk, event: str, count: int = 1) -> None:
    eventually(lambda: sum(event in line for line in desk.lines) >= count, f"{event}, {count} times")


@contextmanager
def closing_down(desk: Desk) -> Iterator[None]:
    try:
        yield
    finally:
        desk.stop()


def now() -> datetime:
    return datetime.now(UTC)


def led_by(desk: Desk, process: Desk) -> bool:
    """Whether `manage.py jobs` names that process."""
    return f":{process._processes[0][0].pid}:" in desk.manage("jobs").stdout.splitlines()[-1]


def test_when_the_leader_dies_the_other_takes_over(pair):
    pair.await_run(now())
    assert led_by(pair.follower, pair.leader)
    pair.leader.kill()
    await_line(pair.follower, "heartbeat.leads")
    pair.await_run(now())
    assert led_by(pair.follower, pair.follower)
    assert len(pair.due_times()) == len(set(pair.due_times()))


def test_a_leader_that_froze_notices_when_it_wakes(pair):
    pair.await_run(now())
    pair.signal(pair.leader, signal.SIGSTOP)
    await_line(pair.follower, "heartbeat.leads")
    pair.await_run(now())
    pair.signal(pair.leader, signal.SIGCONT)
    await_line(pair.leader, "heartbeat.follows")
    assert sum("heartbeat.leads" in line for line in pair.leader.lines) == 1
    pair.await_run(now())
    assert led_by(pair.follower, pair.follower)
    assert len(pair.due_times()) == len(set(pair.due_times()))


def test_a_leader_that_is_told_to_stop_hands_over(pair):
    pair.await_run(now())
    pair.leader.stop()
    await_line(pair.follower, "heartbeat.leads")
    pair.await_run(now())


def test_beside_an_embedded_desk_a_heartbeat_follows_and_takes_over_at_its_death(tmp_path):
    """On SQLite one sees that a process has ended, and waits for no lock to run out."""
    with Desk(tmp_path) as desk:
        await_line(desk, "heartbeat.leads")
        second = Desk(tmp_path)
        with closing_down(second.start("manage.py", "run_heartbeat")):
            await_line(second, "heartbeat.follows")
            assert led_by(second, desk)
            desk.kill()
            await_line(second, "heartbeat.leads")
            assert led_by(second, second)
