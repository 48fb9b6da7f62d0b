"""Who may lead: one contract for the lock in Redis, the row in the database and the one behind the other."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from redis import Redis
from structlog.testing import capture_logs

from jobs import locks
from jobs.locks import KEY, LENGTH, BackedLock, DatabaseLock, RedisLock, has_ended, here, lock_from_settings
from jobs.models import Lease
from jobs.registry import seconds
from jobs.tests.makers import NOON
from tests.servers import valkey_here

pytestmark = pytest.mark.django_db
NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(scope="module")
def server():
    with valkey_here() as server:
        yield server


@pytest.fixture
def redis(server):
    with Redis.from_url(server.variables["REDIS_URL"]) as client:
        client.flushall()
        yield client


@pytest.fixture(params=["redis", "database", "both"])
def make(request, redis):
    """Makes a lock that carries a name."""

    def make_lock(name=None):
        name = name or here()
        kinds = {
            "redis": lambda: RedisLock(redis, name),
            "database": lambda: DatabaseLock(name),
            "both": lambda: BackedLock(RedisLock(redis, name), DatabaseLock(name)),
        }
        return kinds[request.param]()

    return make_lock


@pytest.fixture
def run_out(redis):
    """Has the lock of somebody who is not heard of any more run out; the time when it has."""

    def let_it():
        redis.delete(KEY)
        return NOON + LENGTH

    return let_it


def test_one_has_it_and_keeps_it(make):
    first, second = make("one:1:a"), make("two:2:b")
    assert first.holder(NOON) is None
    assert first.hold(NOON)
    assert not second.hold(NOON)
    assert first.hold(NOON + seconds(3))
    assert second.holder(NOON + seconds(3)) == "one:1:a"


def test_who_is_not_heard_of_loses_it_to_another_and_finds_out(make, run_out):
    first, second = make("one:1:a"), make("two:2:b")
    first.hold(NOON)
    later = run_out()
    assert second.hold(later)
    assert not first.hold(later)
    assert first.holder(later) == "two:2:b"


def test_given_back_it_is_free_and_only_its_holder_gives_it_back(make):
    first, second = make(), make()
    first.hold(NOON)
    second.release()
    assert not second.hold(NOON)
    first.release()
    assert second.hold(NOON)


def test_who_never_heard_that_it_has_it_has_it_all_the_same(make):
    make("one:1:a").hold(NOON)
    assert make("one:1:a").hold(NOON)


def test_in_redis_it_runs_out_by_itself(redis):
    RedisLock(redis, "one").hold(NOON)
    assert 0 < redis.pttl(KEY) <= LENGTH.total_seconds() * 1000


def test_a_row_from_a_clock_that_was_wrong_holds_nobody_up():
    Lease.objects.create(name="heartbeat", holder="one:1:a", expires_at=NOON + timedelta(hours=1))
    assert DatabaseLock("two:2:b").hold(NOON)
    assert str(Lease.objects.get()) == "heartbeat: two:2:b until 2026-11-20T12:00:10+00:00"


def test_on_sqlite_a_process_that_has_ended_is_succeeded_at_once():
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    ended = f"{socket.gethostname()}:{process.pid}:a"
    assert has_ended(ended)
    DatabaseLock(ended).hold(NOON)
    assert DatabaseLock(here()).hold(NOON) == (connection.vendor == "sqlite")


def test_a_process_that_is_there_or_on_another_machine_has_not_ended(monkeypatch):
    assert not has_ended(here())
    assert not has_ended(f"another-machine:{os.getpid()}:a")

    def is_anothers(process, number):
        raise PermissionError

    monkeypatch.setattr(locks.os, "kill", is_anothers)
    assert not has_ended(here())


class Breakable:
    """A lock in Redis that can be away."""

    def __init__(self, redis, name) -> None:
        self.there, self.away = RedisLock(redis, name), RedisLock.at(NOWHERE, name)
        self.is_away = False

    def __getattr__(self, method):
        return getattr(self.away if self.is_away else self.there, method)


def test_while_redis_is_away_the_database_decides_and_this_is_told_once(redis):
    first, second = Breakable(redis, "one:1:a"), Breakable(redis, "two:2:b")
    leading, following = BackedLock(first, DatabaseLock("one:1:a")), BackedLock(second, DatabaseLock("two:2:b"))
    assert leading.hold(NOON)
    first.is_away = second.is_away = True
    with capture_logs() as logs:
        assert leading.hold(NOON)
        assert leading.hold(NOON + seconds(3))
    assert [line["event"] for line in logs] == ["leader_lock.redis_away"]
    assert not following.hold(NOON + seconds(3))
    assert following.holder(NOON + seconds(3)) == "one:1:a"
    assert following.holder(NOON + 2 * LENGTH) is None


def test_back_again_redis_gives_the_lead_to_nobody_while_another_leads_by_the_database(redis):
    first, second = Breakable(redis, "one:1:a"), Breakable(redis, "two:2:b")
    leading, following = BackedLock(first, DatabaseLock("one:1:a")), BackedLock(second, DatabaseLock("two:2:b"))
    first.is_away = True
    assert leading.hold(NOON)
    assert not following.hold(NOON), "it has Redis' lock, and waits"
    first.is_away = False
    assert not leading.hold(NOON + seconds(3)), "it hears of the other, and gives up its row"
    assert following.hold(NOON + seconds(3))


def test_given_back_while_redis_is_away_it_is_free_in_the_database(redis):
    breakable = Breakable(redis, "one:1:a")
    lock = BackedLock(breakable, DatabaseLock("one:1:a"))
    breakable.is_away = True
    lock.hold(NOON)
    with capture_logs() as logs:
        lock.release()
    assert [line["event"] for line in logs] == ["leader_lock.not_released"]
    assert not Lease.objects.exists()


def test_the_settings_say_which(settings):
    settings.REDIS_URL = ""
    assert isinstance(lock_from_settings(), DatabaseLock)
    settings.REDIS_URL = NOWHERE
    assert isinstance(lock_from_settings(), BackedLock)
