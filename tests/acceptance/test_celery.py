"""Jobs by Celery's workers: PostgreSQL, Valkey, a web process, a heartbeat and workers, each a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest
from celery import Celery

from tests.desk import Desk, eventually
from tests.errands.watch import Errands
from tests.servers import postgres, valkey_here

WORKER = ("-m", "celery", "-A", "thor_project", "worker", "--concurrency", "2")
BEAT = timedelta(seconds=1)
"""What the five seconds of the heartbeat's message are at the tempo of these tests."""
IN_HEARTBEAT, BY_WORKERS = "intraday", "heartbeat"


class Stack:
    """Its processes may come and go."""

    def __init__(self, folder, layer, environ: dict[str, str]) -> None:
        self.layer = layer
        self.errands = Errands(folder)
        self.environ = {**environ, **layer.variables, **self.errands.environ, "JOBS_EXECUTOR": "celery", "TEMPO": "5"}
        self.web, self.heartbeat = Desk(folder, **self.environ), Desk(folder, **self.environ)
        self.worker, self.another_worker = Desk(folder, **self.environ), Desk(folder, **self.environ)
        self.database = psycopg.connect(host=environ["PGHOST"], user="postgres", autocommit=True)

    def due_times(self, job: str) -> list[datetime]:
        """Of the completed runs."""
        rows = self.database.execute(
            "SELECT due_at FROM jobs_jobrun WHERE job = %s AND outcome = 'completed' ORDER BY due_at", [job]
        )
        return [at for (at,) in rows]

    def await_runs(self, job: str, count: int, since: datetime) -> None:
        eventually(
            lambda: sum(at > since for at in self.due_times(job)) >= count, f"{count} runs of {job} after {since}"
        )

    def waiting(self) -> dict[str, int]:
        """How many messages wait in the queue of each job."""
        jobs = [job for (job,) in self.database.execute("SELECT DISTINCT job FROM jobs_jobrun")]
        return {job: int(self.layer.say(f"LLEN jobs.run.{job}")[1:]) for job in jobs}

    def count(self, event: str) -> int:
        """Lines of the heartbeat that tell it."""
        return sum(event in line for line in self.heartbeat.lines)

    def kill_worker(self) -> None:
        """All its processes at once."""
        worker = psutil.Process(self.worker._processes[0][0].pid)
        for process in [*worker.children(recursive=True), worker]:
            process.kill()
        self.worker.kill()

    def token(self) -> str:
        return self.web.manage("sign_in_link").stdout.split("#")[1].split()[0]

    @contextmanager
    def socket(self):
        with self.web.signed_in(self.token()) as client, self.web.socket(client) as socket:
            yield socket


@contextmanager
def running(desk: Desk, *command: str) -> Iterator[Desk]:
    with ExitStack() as until:
        until.callback(desk.stop)
        yield desk.start(*command)


@pytest.fixture(scope="module")
def stack(tmp_path_factory) -> Iterator[Stack]:
    with postgres() as database, valkey_here() as layer:
        prepare(tmp_path_factory.mktemp("first"), database)
        stack = Stack(tmp_path_factory.mktemp("desk"), layer, database)
        with (
            running(stack.web, "manage.py", "serve"),
            running(stack.heartbeat, "manage.py", "run_heartbeat"),
            running(stack.worker, *WORKER),
            stack.database,
        ):
            stack.web.wait_until_up()
            yield stack


def prepare(folder, database: dict[str, str]) -> None:
    """What the first start of a desk makes: tables, calendars, an account."""
    with Desk(folder, **database) as desk:
        desk.token()


def now() -> datetime:
    return datetime.now(UTC)


def test_a_web_process_hears_the_heartbeat_and_a_jobs_result_from_a_worker(stack):
    began = now()
    stack.await_runs(BY_WORKERS, 1, began)
    with stack.socket() as socket:
        beats = [socket.until(is_fresh("heartbeat"), "a beat")["data"]["utc_iso"] for _ in range(2)]
        socket.until(is_fresh("account_balance"), "a balance that a worker recorded")
    assert len(set(beats)) == 2
    assert not [line for line in stack.worker.lines if "Event loop is closed" in line]


def is_fresh(type_):
    return lambda frame: frame["type"] == type_ and "snapshot" not in frame


def test_while_workers_are_away_nothing_piles_up_and_what_the_heartbeat_runs_goes_on(stack):
    """Killed in the middle of a run: that job too goes on when they are back, long before its time would have been up."""
    stack.await_runs(BY_WORKERS, 1, now())
    caught = stack.errands.catch()
    stack.kill_worker()
    stack.errands.let_go()
    left = now()
    stack.await_runs(IN_HEARTBEAT, 15, left)
    eventually(lambda: stack.waiting()[BY_WORKERS] == 1, "a message waits for the workers")
    assert max(stack.waiting().values()) == 1
    back = now()
    stack.worker.start(*WORKER)
    stack.await_runs(BY_WORKERS, 2, back)
    missed = [at for at in stack.due_times(BY_WORKERS) if left < at <= back - BEAT]
    assert missed == []
    eventually(lambda: stack.waiting()[BY_WORKERS] == 0, "nothing waits any more")
    assert stack.count("job.no_worker_heard")
    eventually(lambda: stack.errands.since(caught.due_at), "the job whose run was killed runs again")
    assert stack.errands.twice() == []


def test_while_redis_is_frozen_the_heartbeats_own_jobs_go_on_and_it_leads(stack):
    stack.await_runs(BY_WORKERS, 1, now())
    stack.layer.freeze()
    stack.await_runs(IN_HEARTBEAT, 15, now())
    eventually(lambda: stack.count("leader_lock.redis_away"), "the database decides")
    stack.await_runs(IN_HEARTBEAT, 5, now())
    stack.layer.thaw()
    stack.await_runs(BY_WORKERS, 2, now())
    assert stack.count("heartbeat.follows") == 0


def test_redis_that_was_restarted_is_found_again_by_all(stack):
    stack.await_runs(BY_WORKERS, 1, now())
    before = stack.count("job.not_sent")
    stack.layer.kill()
    eventually(lambda: stack.count("job.not_sent") > before, "the heartbeat misses it")
    stack.layer.start()
    stack.await_runs(BY_WORKERS, 2, now())
    with stack.socket() as socket:
        socket.until(is_fresh("heartbeat"), "a beat after the restart")


def test_a_due_time_is_run_once_whatever_workers_are_told(stack):
    """Each beat is sent to two workers twenty times over; a browser hears it once."""
    app = Celery("test", broker=stack.layer.variables["REDIS_URL"], set_as_current=False)
    with running(stack.another_worker, *WORKER), stack.socket() as socket:
        eventually(lambda: any(" ready." in line for line in stack.another_worker.lines), "the second worker is ready")
        heard = []
        while len(heard) < 4:
            heard.append(socket.until(is_fresh("heartbeat"), "a beat")["data"]["utc_iso"])
            following = datetime.fromisoformat(heard[-1]) + BEAT
            for _ in range(20):
                app.send_task("jobs.run", args=[BY_WORKERS, following.isoformat()], queue=f"jobs.run.{BY_WORKERS}")
        refused = sum("job.claim" in line for line in stack.worker.lines)
    assert heard == sorted(set(heard))
    assert refused == 0
    app.close()


def test_a_web_process_has_not_even_imported_celery(tmp_path):
    environ = {"REDIS_URL": "redis://127.0.0.1:1/0", "JOBS_EXECUTOR": "celery"}
    imported = "import sys, thor_project.asgi, thor_project.server, thor_project.urls; print('celery' in sys.modules)"
    assert Desk(tmp_path, **environ).manage("shell", "--no-imports", "-c", imported).stdout.strip() == "False"
