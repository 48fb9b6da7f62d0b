"""Due times on their way to Celery's workers, over a transport in memory; a real one is in tests/acceptance."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from celery import Celery
from structlog.testing import capture_logs

from jobs import celery as jobs_celery
from jobs.celery import SEND_AGAIN, Sender, WorkerExecutor, due_from, jobs_of_workers, queue_of, queues
from jobs.executors import elsewhere_from_settings
from jobs.models import JobRun, Outcome
from jobs.registry import JobFault, registry, seconds
from jobs.schedule import Due
from jobs.tests.makers import NOON, await_event, make_declaration, make_job, make_run
from jobs.workplace import Workplace

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def app():
    app = Celery("test", broker="memory://", set_as_current=False)
    app.conf.update(task_ignore_result=True, broker_transport_options={"polling_interval": 0.01})
    with app.connection_for_write() as connection:  # the transport in memory is the process's: empty it
        for name in ("quotes", "weekly"):
            queue = queue_of(make_declaration(name))(connection.default_channel)
            queue.declare()
            queue.purge()
    return app


@pytest.fixture
def wall():
    """What time it is; a test may change it."""
    return {"now": NOON}


@pytest.fixture
def executor(app, wall):
    return WorkerExecutor(Sender(app), clock=lambda: wall["now"])


def make_due(name="quotes", at=NOON, **differing) -> Due:
    return Due(make_declaration(name, **differing), at)


def carry(executor, due, now=NOON) -> list[Due]:
    """Have it sent, and wait until that is over; what is settled."""
    executor.start(due, now)
    await_event(executor._under_way[due.job.name].ended, "the sending ends")
    return executor.settle(now)


def waiting(app, due) -> list[dict]:
    """The messages that wait for a worker: what they say, and until when."""
    found = []
    with app.connection_for_write() as connection:
        queue = queue_of(due.job)(connection.default_channel)
        while (message := queue.get(no_ack=True)) is not None:
            arguments, _, _ = message.decode()
            found.append({"args": arguments, "expires": datetime.fromisoformat(message.headers["expires"])})
            assert message.content_type == "application/json"
            assert message.headers["task"] == "jobs.run"
    return found


def test_a_due_time_is_sent_to_its_jobs_own_queue_and_is_of_use_until_the_next_one(executor, app):
    due = make_due(every=seconds(10))
    assert carry(executor, due) == [due]
    assert waiting(app, due) == [
        {"args": ["quotes", "2026-11-20T12:00:00+00:00"], "expires": NOON.astimezone(UTC) + seconds(10)}
    ]


def test_what_no_worker_heard_gives_way_to_the_next_due_time_and_is_told_once(executor, app, wall):
    with capture_logs() as logs:
        for number in range(4):
            wall["now"] = NOON + seconds(number)
            carry(executor, last := make_due(at=wall["now"]))
    assert [line["event"] for line in logs] == ["job.no_worker_heard"]
    assert [message["args"][1] for message in waiting(app, last)] == ["2026-11-20T12:00:03+00:00"]
    with capture_logs() as logs:
        for number in (4, 5):
            wall["now"] = NOON + seconds(number)
            carry(executor, make_due(at=wall["now"]))
    assert [line["event"] for line in logs] == ["job.no_worker_heard"]


def test_a_job_that_is_on_the_way_is_not_sent_twice(app, wall):
    class Slow(Sender):
        began, let_go, count = threading.Event(), threading.Event(), 0

        def send(self, due):
            self.began.set()
            await_event(self.let_go, "the test lets the transport answer")
            self.count += 1
            return super().send(due)

    slow = Slow(app)
    executor = WorkerExecutor(slow, clock=lambda: wall["now"])
    executor.start(make_due(), NOON)
    await_event(slow.began, "the sending begins")
    executor.start(make_due(), NOON)
    assert executor.settle(NOON) == []
    call = executor._under_way["quotes"]
    slow.let_go.set()
    await_event(call.ended, "the sending ends")
    assert slow.count == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_due_seldom_is_sent_again_each_minute_until_somebody_has_it(executor, app):
    weekly = make_due("weekly", every=timedelta(days=7))
    assert carry(executor, weekly) == []
    executor.start(weekly, NOON + SEND_AGAIN - seconds(1))
    assert executor._under_way == {}
    assert carry(executor, weekly, NOON + SEND_AGAIN) == []
    assert len(waiting(app, weekly)) == 1
    make_run(job="weekly", due_at=NOON)
    assert carry(executor, weekly, NOON + 2 * SEND_AGAIN) == [weekly]
    assert waiting(app, weekly) == []


def test_what_is_overdue_is_not_sent_any_more(executor, app, wall):
    wall["now"] = NOON + seconds(1)
    due = make_due(every=seconds(1))
    assert carry(executor, due) == [due]
    assert waiting(app, due) == []


def test_a_transport_that_is_away_is_told_once_and_asked_again(app):
    due = make_due(every=seconds(60))
    app.conf.broker_url = NOWHERE
    executor = WorkerExecutor(Sender(app), clock=lambda: NOON)
    with capture_logs() as logs:
        assert carry(executor, due) == []
        app.conf.broker_url = "memory://"  # what the connection after the next fault is made with
        assert carry(executor, due) == []
    assert [line["event"] for line in logs] == ["job.not_sent"]
    assert carry(executor, due) == [due]
    assert len(waiting(app, due)) == 1


def test_workers_listen_to_every_job_but_those_of_the_heartbeat(monkeypatch):
    monkeypatch.setattr(
        registry,
        "_declarations",
        {"quotes": make_declaration(), "probe": make_declaration("probe", in_heartbeat=True)},
    )
    assert [queue.name for queue in queues()] == ["jobs.run.quotes"]
    assert [declaration.name for declaration in jobs_of_workers()] == ["quotes"]


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (("nonsense", "2026-11-20T12:00:00+00:00"), "no job 'nonsense'; declared are: "),
        (("heartbeat", "noon"), "job 'heartbeat': due_at='noon' is no time in ISO 8601"),
        (("heartbeat", None), "job 'heartbeat': due_at=None is no time in ISO 8601"),
        (("heartbeat", "2026-11-20T12:00:00"), "due_at='2026-11-20T12:00:00' has no offset from UTC"),
    ],
)
def test_a_message_that_cannot_be_run_is_refused_and_says_why(message, fault):
    with pytest.raises(JobFault, match=fault):
        due_from(*message)


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_what_the_message_says(monkeypatch):
    seen = []
    monkeypatch.setattr(registry, "_declarations", {"quotes": make_declaration(work=make_job(seen.append))})
    monkeypatch.setattr(jobs_celery, "workplace", Workplace())
    for _ in range(2):
        jobs_celery.run("quotes", NOON.isoformat())
    assert seen == [NOON]
    assert JobRun.objects.get().outcome == Outcome.COMPLETED


def test_the_settings_name_the_executor(settings, app, monkeypatch):
    assert elsewhere_from_settings(lambda: NOON) is None
    monkeypatch.setattr(jobs_celery, "an_app", app, raising=False)
    settings.JOBS_EXECUTOR, settings.CELERY_APP = "celery", "jobs.celery.an_app"
    assert isinstance(elsewhere_from_settings(lambda: NOON), WorkerExecutor)
