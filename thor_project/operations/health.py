"""What `/health` and `/readyz` look at: the database, the Channels layer, the heartbeat, the feeds; its migrations and the hub."""

from __future__ import annotations

from datetime import datetime, timedelta

import redis
from channels.layers import get_channel_layer
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from cutover.plans import plans
from jobs.completions import last_completed, last_completed_by_feature
from jobs.heartbeat import JOB, STALE_AFTER_SECONDS
from jobs.registry import registry
from jobs.tempo import scaled
from thor_project.operations.lookout import FAILING, OK, PATIENCE_SECONDS, Finding, Lookout
from thor_project.operations.standing import hubs_here

MISSED_BEATS = 3
LEAST_STALE = timedelta(seconds=STALE_AFTER_SECONDS)


def look_at_database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(OK, 0.0, connection.vendor)


def look_at_layer() -> Finding:
    """The Channels layer; the one in memory is there as long as the process is."""
    if not settings.REDIS_URL:
        return Finding(OK, 0.0, "in memory")
    options = {"socket_timeout": PATIENCE_SECONDS, "socket_connect_timeout": PATIENCE_SECONDS}
    with redis.Redis.from_url(settings.REDIS_URL, **options) as client:
        client.ping()
    return Finding(OK, 0.0, "redis")


def look_at_heartbeat() -> Finding:
    run = last_completed(JOB)
    return judged(None if run is None else run.finished_at, LEAST_STALE, timezone.now(), "the last beat")


def look_at_feeds() -> Finding:
    """The features that are fed by jobs: as old as the one that is furthest behind its job's interval."""
    now, runs = timezone.now(), last_completed_by_feature()
    every = {feature: scaled(job.every) for job in registry for feature in job.features}
    names = [plan.feature for plan in plans() if plan.feature in every]
    found = {name: judged(runs.get(name), stale_after(every[name]), now, name) for name in names}
    late = [finding for finding in found.values() if finding.state != OK]
    ages = [finding.age for finding in found.values() if finding.age is not None]
    missing = any(finding.age is None for finding in found.values())
    age = None if missing or not ages else max(ages)
    return Finding(FAILING if late else OK, age, "; ".join(finding.detail for finding in late or found.values()))


def stale_after(every: timedelta) -> timedelta:
    """As the clients judge it: three intervals, and fifteen seconds at least."""
    return max(MISSED_BEATS * every, LEAST_STALE)


def judged(at: datetime | None, limit: timedelta, now: datetime, what: str) -> Finding:
    """Well where `at` is not longer ago than `limit`."""
    if at is None:
        return Finding(FAILING, None, f"{what}: never")
    age = max(0.0, (now - at).total_seconds())
    return Finding(OK if age <= limit.total_seconds() else FAILING, round(age, 1), f"{what}: {age:.1f} s ago")


_migrated: set[str] = set()


def look_at_migrations() -> Finding:
    """Asked until it is so once: this process's code does not change, and going back needs other code anyway."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if missing:
            return Finding(FAILING, None, f"{len(missing)} migrations are missing: manage.py migrate")
        _migrated.add(connection.alias)
    return look_at_database()


def look_at_hub() -> Finding:
    """Running, or able to be started by the first socket. Redis may be away: the hub serves from the history then."""
    if hubs_here():
        return Finding(OK, 0.0, "running")
    return (
        Finding(OK, 0.0, "starts with the first socket") if get_channel_layer() else Finding(FAILING, None, "no layer")
    )


health = Lookout(
    {
        "database": look_at_database,
        "layer": look_at_layer,
        "heartbeat": look_at_heartbeat,
        "feeds": look_at_feeds,
    }
)
readiness = Lookout({"database": look_at_migrations, "hub": look_at_hub})
