"""Two heartbeat processes: one leads, the other takes over when that one dies or freezes, and no due time runs twice.

What ran is counted by what it did (`tests.errands`). A lock lasts ten seconds and a claim fifteen, so the pairs are
struck all at once, and each test looks at one of them.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from tests.desk import Desk, eventually
from tests.errands.watch import Done, Errands
from tests.servers import postgres, valkey_here

LOCKS = ("redis", "database")
WELL_ON = 3
"""So many runs show that a process is at it."""


class Pair:
    """Two heartbeats on a database of their own; the first one leads the other, unless each has a Redis of its own."""

    def __init__(self, folder: Path, environ: dict[str, str], first: dict[str, str], second: dict[str, str]) -> None:
        self.errands = Errands(folder)
        self.environ = environ | self.errands.environ | {"ERRANDS_ONLY": "1"}
        self.first, self.second = Desk(folder, **self.environ, **first), Desk(folder, **self.environ, **second)
        self.caught: Done | None = None

    def strike(self, number: int) -> None:
        """Send the leader a signal in the middle of a run."""
        self.caught = self.errands.catch()
        send(self.first, number)
        self.errands.let_go()

    def rows(self) -> list[tuple[datetime, str]]:
        """Due time and outcome of each run, the oldest first."""
        with psycopg.connect(self.environ["DATABASE_URL"], host=self.environ["PGHOST"]) as database:
            query = "SELECT due_at, outcome FROM jobs_jobrun WHERE job = 'errand' ORDER BY due_at"
            return list(database.execute(query))

    def await_runs(self, desk: Desk, since: datetime) -> None:
        runs = lambda: sum(done.pid == pid_of(desk) for done in self.errands.since(since))  # noqa: E731
        eventually(lambda: runs() >= WELL_ON, f"runs by {pid_of(desk)} after {since}")


def pid_of(desk: Desk) -> int:
    return desk._processes[0][0].pid


def send(desk: Desk, number: int) -> None:
    desk._processes[0][0].send_signal(number)


def lines_of(desk: Desk, event: str) -> list[str]:
    return [line for line in desk.lines if event in line]


def await_line(desk: Desk, event: str, count: int = 1) -> None:
    eventually(lambda: len(lines_of(desk, event)) >= count, f"{event}, {count} times")


def now() -> datetime:
    return datetime.now(UTC)


def start(desk: Desk) -> Desk:
    return desk.start("manage.py", "run_heartbeat")


@pytest.fixture(scope="module")
def make_pair(tmp_path_factory):
    """Makes pairs, the second one of which is not started yet."""
    with ExitStack() as until, postgres() as server, valkey_here() as layer:
        prepare(server)

        def make(name: str, *numbers: int) -> Pair:
            """`numbers`: of the databases in Redis that its heartbeats know; without, none."""
            redis = [{"REDIS_URL": layer.variables["REDIS_URL"][:-1] + str(number)} for number in numbers]
            folder = tmp_path_factory.mktemp(name)
            pair = Pair(folder, copy_of(server, name), *(redis or ({}, {})))
            until.callback(end, pair)
            start(pair.first)
            return pair

        yield make


def prepare(server: dict[str, str]) -> None:
    made = Desk(Path(), **server).manage("migrate")
    assert made.returncode == 0, made.stderr


def copy_of(server: dict[str, str], name: str) -> dict[str, str]:
    """The variables that lead to a copy of the database."""
    with psycopg.connect(host=server["PGHOST"], user="postgres", dbname="template1", autocommit=True) as database:
        database.execute(f"CREATE DATABASE {name} TEMPLATE postgres")
    return {**server, "DATABASE_URL": server["DATABASE_URL"].removesuffix("postgres") + name}


def end(pair: Pair) -> None:
    for desk in (pair.first, pair.second):
        desk.kill()


@pytest.fixture(scope="module")
def pairs(make_pair) -> dict[str, Pair]:
    """By name; of those that are struck, the first one just now."""
    pairs = {
        "killed_redis": make_pair("killed_redis", 0, 0),
        "killed_database": make_pair("killed_database"),
        "frozen_redis": make_pair("frozen_redis", 1, 1),
        "frozen_database": make_pair("frozen_database"),
        "stopped": make_pair("stopped", 2, 2),
        "both_lead": make_pair("both_lead", 3, 4),
    }
    for pair in pairs.values():
        await_line(pair.first, "heartbeat.leads")
        start(pair.second)
    for name, pair in pairs.items():
        await_line(pair.second, "heartbeat.leads" if name == "both_lead" else "heartbeat.follows")
    for lock in LOCKS:
        pairs[f"killed_{lock}"].strike(signal.SIGKILL)
        pairs[f"frozen_{lock}"].strike(signal.SIGSTOP)
    pairs["stopped"].strike(signal.SIGTERM)
    return pairs


@pytest.fixture
def both_lead(pairs) -> Pair:
    return pairs["both_lead"]


@pytest.fixture(params=LOCKS)
def killed(request, pairs) -> Pair:
    return pairs[f"killed_{request.param}"]


@pytest.fixture(params=LOCKS)
def frozen(request, pairs) -> Iterator[Pair]:
    pair = pairs[f"frozen_{request.param}"]
    yield pair
    send(pair.first, signal.SIGCONT)


def test_two_that_both_lead_run_no_due_time_twice(both_lead):
    """Each by a Redis of its own, a mistake in the settings. Every due time is asked for twice."""
    began = now()
    eventually(lambda: len(both_lead.errands.since(began)) >= 2 * WELL_ON, "it is well on")
    assert not lines_of(both_lead.first, "heartbeat.follows")
    assert both_lead.errands.twice() == []


def test_when_the_leader_dies_in_the_middle_of_a_run_the_other_takes_over_that_job_too(killed):
    """Long before the run's time would have been up, for which the claim was once held."""
    assert f":{pid_of(killed.first)}:" in lines_of(killed.second, "heartbeat.follows")[0]
    await_line(killed.second, "heartbeat.leads")
    killed.await_runs(killed.second, killed.caught.due_at)
    assert dict(killed.rows())[killed.caught.due_at] == "lost"
    assert killed.errands.twice() == []


def test_a_leader_that_froze_in_the_middle_of_a_run_notices_when_it_wakes_and_overwrites_nothing(frozen):
    await_line(frozen.second, "heartbeat.leads")
    frozen.await_runs(frozen.second, frozen.caught.due_at)
    send(frozen.first, signal.SIGCONT)
    await_line(frozen.first, "job.claim_lost")
    await_line(frozen.first, "heartbeat.follows")
    frozen.await_runs(frozen.second, now())
    assert len(lines_of(frozen.first, "heartbeat.leads")) == 1
    assert dict(frozen.rows())[frozen.caught.due_at] == "lost"
    assert frozen.errands.twice() == []


def test_a_leader_that_is_told_to_stop_ends_its_run_and_hands_over(pairs):
    pair = pairs["stopped"]
    await_line(pair.second, "heartbeat.leads")
    pair.await_runs(pair.second, pair.caught.due_at)
    assert {outcome for _, outcome in pair.rows()} <= {"completed", "running"}
    assert pair.errands.twice() == []


def test_beside_an_embedded_desk_a_heartbeat_follows_and_takes_over_at_its_death(tmp_path):
    """On SQLite one sees that a process has ended, and waits for no lock to run out."""
    with Desk(tmp_path) as desk:
        await_line(desk, "heartbeat.leads")
        second = Desk(tmp_path)
        with ExitStack() as until:
            until.callback(second.kill)
            start(second)
            await_line(second, "heartbeat.follows")
            assert f":{pid_of(desk)}:" in lines_of(second, "heartbeat.follows")[0]
            desk.kill()
            await_line(second, "heartbeat.leads")
            named = second.manage("jobs").stdout.splitlines()[-1]
            assert f":{pid_of(second)}:" in named
