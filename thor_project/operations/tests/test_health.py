"""Health: anybody learns states and ages, the signed-in why; whoever hangs is told as failing, in time and once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from identity.models import User
from jobs.heartbeat import JOB
from jobs.models import JobRun, Outcome
from jobs.registry import registry
from tests.servers import valkey_here
from thor_project.operations import health
from thor_project.operations.lookout import FAILING, OK, Finding, Lookout

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "postgres://thor:swordfish@db"


@pytest.fixture(autouse=True)
def _anew(monkeypatch):
    """Each test looks anew."""
    for lookout in (health.health, health.readiness):
        monkeypatch.setattr(lookout, "_keep", 0.0)
        monkeypatch.setattr(lookout, "_well_at", {})
    monkeypatch.setattr(health, "_migrated", set())


def completed(job: str, seconds_ago: float = 1.0) -> None:
    at = timezone.now() - timedelta(seconds=seconds_ago)
    times = dict.fromkeys(("due_at", "claimed_at", "expires_at", "started_at", "finished_at"), at)
    JobRun.objects.create(job=job, outcome=Outcome.COMPLETED, **times)


def all_completed(seconds_ago: float = 1.0) -> None:
    for job in registry:
        if job.features or job.name == JOB:
            completed(job.name, seconds_ago)


def got(path: str, status: int, client: Client | None = None) -> dict:
    answer = (client or Client()).get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def signed_in() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ann"))
    return client


def states(body: dict) -> dict[str, str]:
    return {name: row["state"] for name, row in body["checks"].items()}


def test_all_is_well():
    all_completed()
    body = got("/health", 200)
    assert body["status"] == OK
    assert states(body) == dict.fromkeys(("database", "layer", "heartbeat", "feeds"), OK)
    assert body["checks"]["heartbeat"]["age"] >= 1


def test_a_desk_whose_heart_never_beat_is_not_well():
    body = got("/health", 503)
    assert states(body) == {"database": OK, "layer": OK, "heartbeat": FAILING, "feeds": FAILING}
    assert body["checks"]["heartbeat"]["age"] is None


def test_a_heart_that_beat_a_minute_ago_is_not_well():
    all_completed(60)
    assert states(got("/health", 503))["heartbeat"] == FAILING


def test_details_are_for_the_signed_in():
    assert "detail" not in str(got("/health", 503))
    assert got("/health", 503, signed_in())["checks"]["heartbeat"]["detail"] == "the last beat: never"


def test_a_database_that_is_away_is_told_to_a_stranger_without_a_word_of_it(monkeypatch):
    def away():
        raise OperationalError(SECRET)

    client = signed_in()
    monkeypatch.setattr(health.health, "_looks", {**health.health._looks, "database": away})
    body = got("/health", 503, client)
    assert body["checks"]["database"]["state"] == FAILING
    assert SECRET not in str(body)


def test_a_layer_that_is_away_or_hangs_is_failing_and_health_answers_all_the_same(settings, monkeypatch):
    monkeypatch.setattr(health.health, "_patience", 0.5)
    all_completed()
    with valkey_here() as server:
        settings.REDIS_URL = server.variables["REDIS_URL"]
        assert states(got("/health", 200))["layer"] == OK
        server.freeze()
        body = got("/health", 503)
        assert states(body) == {"database": OK, "layer": FAILING, "heartbeat": OK, "feeds": OK}
        assert body["checks"]["layer"]["age"] is not None
        server.thaw()
    assert states(got("/health", 503))["layer"] == FAILING


def test_a_desk_is_ready_whether_jobs_run_or_not():
    assert states(got("/readyz", 200)) == {"database": OK, "hub": OK}


def test_a_desk_whose_database_lacks_migrations_is_not_ready(monkeypatch):
    monkeypatch.setattr(health.MigrationExecutor, "migration_plan", lambda *_: ["one"])
    assert states(got("/readyz", 503))["database"] == FAILING
    detail = got("/readyz", 503)["checks"]["database"]
    assert "detail" not in detail


def test_once_migrated_it_need_not_be_asked_again(monkeypatch):
    got("/readyz", 200)
    monkeypatch.setattr(health, "MigrationExecutor", None)
    got("/readyz", 200)


def test_the_accounts_status_is_exactly_this_and_needs_no_database():
    with connection.execute_wrapper(lambda *_: pytest.fail("a query")):
        answer = Client().get("/accounts/health/status")
    assert answer.content == b'{"status": "ok", "service": "accounts"}'


@pytest.mark.parametrize("path", ["/health", "/readyz", "/accounts/health/status"])
def test_it_can_only_be_read(path):
    answer = Client().post(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["status"] == 405


def test_what_hangs_is_asked_once_and_heard_when_it_comes_back():
    may_go, asked = threading.Event(), []

    def slow() -> Finding:
        asked.append(1)
        may_go.wait(60)
        return Finding(OK, 0.0)

    lookout = Lookout({"slow": slow, "quick": lambda: Finding(OK, 0.0)}, patience=0.05, keep=0.0)
    for _ in range(3):
        found = lookout.findings()
        assert (found["slow"].state, found["quick"].state) == (FAILING, OK)
    assert len(asked) == 1
    may_go.set()
    lookout._patience = 60
    assert lookout.findings()["slow"].state == OK


def test_an_answer_is_kept_for_a_moment():
    asked = []

    def look() -> Finding:
        asked.append(1)
        return Finding(OK, 0.0)

    lookout = Lookout({"it": look}, keep=3600)
    assert lookout.findings() == lookout.findings()
    assert len(asked) == 1
