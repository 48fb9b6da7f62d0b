"""Who may lead the heartbeat: a lock in Redis, a row in the database, or the one with the other behind it."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import LockNotOwnedError, RedisError
from redis.lock import Lock as KeptLock
from redis.retry import Retry

from jobs.models import Lease

log = structlog.get_logger(__name__)

KEY, ROW = "thor:leader:heartbeat", "heartbeat"
LENGTH = timedelta(seconds=10)
"""How long a lock is held after its holder was last heard of."""
IMPLAUSIBLE = timedelta(minutes=1)
"""Who holds a lock for longer than this from now had a clock that was wrong."""
REDIS_PATIENCE_SECONDS = 2.0


class Lock(Protocol):
    """Held by one at a time, and lost by whoever is not heard of for LENGTH. The time is the caller's."""

    def hold(self, now: datetime) -> bool:
        """Take it, or keep it, for LENGTH from `now`; False where another has it. Raises where the store cannot say."""

    def release(self) -> None:
        """Give it up, if it is held."""

    def holder(self, now: datetime) -> str | None:
        """Who has it, as `here()` names them."""


def here() -> str:
    """A name for this process that no other has: machine, process, and a word of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def lock_from_settings() -> Lock:
    """The database's, behind Redis where that is set."""
    database = DatabaseLock(here())
    return BackedLock(RedisLock.at(settings.REDIS_URL, database.name), database) if settings.REDIS_URL else database


class RedisLock:
    """redis-py's lock: whose key carries its holder's name, compared before it is changed, by Lua."""

    def __init__(self, client: Redis, name: str) -> None:
        self._client, self._name = client, name
        self._lock = KeptLock(client, KEY, timeout=LENGTH.total_seconds(), blocking=False, thread_local=False)

    @classmethod
    def at(cls, url: str, name: str) -> RedisLock:
        """Each question is answered within REDIS_PATIENCE_SECONDS, or not at all."""
        limits = {"socket_timeout": REDIS_PATIENCE_SECONDS, "socket_connect_timeout": REDIS_PATIENCE_SECONDS}
        return cls(Redis.from_url(url, retry=Retry(NoBackoff(), 0), **limits), name)

    def hold(self, now: datetime) -> bool:
        self._remember_our_name()
        try:
            return bool(self._lock.reacquire())
        except LockNotOwnedError:
            return bool(self._lock.acquire(token=self._name))

    def release(self) -> None:
        self._remember_our_name()
        try:
            self._lock.release()
        except LockNotOwnedError:
            return

    def holder(self, now: datetime) -> str | None:
        found: Any = self._client.get(KEY)
        return found.decode() if found else None

    def _remember_our_name(self) -> None:
        """The key may be ours though we never heard so: an answer can be lost on its way."""
        self._lock.local.token = self._name.encode()


class DatabaseLock:
    """A row with the time until which it is held; the clocks of several machines must agree to within seconds."""

    def __init__(self, name: str) -> None:
        self.name = name

    def hold(self, now: datetime) -> bool:
        ours_or_over = Q(holder=self.name) | Q(expires_at__lte=now) | Q(expires_at__gt=now + IMPLAUSIBLE)
        return self._take(ours_or_over, now) or self._succeed(now) or self._make(now)

    def release(self) -> None:
        Lease.objects.filter(name=ROW, holder=self.name).delete()

    def holder(self, now: datetime) -> str | None:
        row = Lease.objects.filter(name=ROW, expires_at__gt=now).first()
        return row.holder if row else None

    def _take(self, where: Q, now: datetime) -> bool:
        row = Lease.objects.filter(where, name=ROW)
        return row.update(holder=self.name, expires_at=now + LENGTH) == 1

    def _succeed(self, now: datetime) -> bool:
        """Whoever shares a SQLite file is on one machine, where one sees that a process has ended."""
        holder = self.holder(now) if connection.vendor == "sqlite" else None
        return holder is not None and has_ended(holder) and self._take(Q(holder=holder), now)

    def _make(self, now: datetime) -> bool:
        _, made = Lease.objects.get_or_create(name=ROW, defaults={"holder": self.name, "expires_at": now + LENGTH})
        return made


class BackedLock:
    """While `first` cannot be asked, `second` decides: jobs run on though Redis is down, and one heartbeat leads.

    Who leads by `second` is respected by whoever finds `first` free when it is back.
    """

    def __init__(self, first: RedisLock, second: DatabaseLock) -> None:
        self._first, self._second = first, second
        self._is_first_away = False

    def hold(self, now: datetime) -> bool:
        try:
            is_held = self._first.hold(now)
        except RedisError as fault:
            self._tell_away(fault)
            return self._second.hold(now)
        self._is_first_away = False
        if not is_held:
            self._second.release()
        return is_held and self._second.holder(now) in (None, self._second.name)

    def release(self) -> None:
        self._second.release()
        try:
            self._first.release()
        except RedisError as fault:
            log.warning("leader_lock.not_released", fault=repr(fault))

    def holder(self, now: datetime) -> str | None:
        """Whoever leads by the database does so until it hears otherwise."""
        by_database = self._second.holder(now)
        try:
            return by_database or self._first.holder(now)
        except RedisError:
            return None

    def _tell_away(self, fault: RedisError) -> None:
        if not self._is_first_away:
            log.warning("leader_lock.redis_away", fault=repr(fault), instead="database")
        self._is_first_away = True


def has_ended(holder: str) -> bool:
    """Whether the process of that name was on this machine, and is there no more."""
    machine, process, _ = holder.rsplit(":", 2)
    if machine != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it is there, and another user's
    return False
