"""What serving costs and who polls, as growth from one look to the next."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cutover.models import RestUse, ServerProcess
from cutover.probe.load import Cost, Load
from cutover.tests.makers import NOON

pytestmark = pytest.mark.django_db
FIVE = timedelta(seconds=5)
TODAY = date(2026, 11, 20)


def write(name: str, cpu_ms: int, age: int = 0, dashboards: int = 2, rss_bytes: int = 100) -> None:
    fields = {"kind": "server", "release": "1", "started_at": NOON, "seen_at": NOON - timedelta(seconds=age)}
    fields |= {"cpu_ms": cpu_ms, "dashboards": dashboards, "rss_bytes": rss_bytes}
    ServerProcess.objects.update_or_create(name=name, defaults=fields)


def call(calls: int, **differing) -> None:
    key = {"feature": "bonds", "day": TODAY, "caller": "timer", "user_id": 1, "agent": "x"} | differing
    RestUse.objects.update_or_create(**key, defaults={"calls": calls, "first_at": NOON, "last_at": NOON})


def test_cpu_is_what_living_processes_used_since():
    load = Load()
    write("a", 1000)
    write("dead", 9000, age=31)
    assert load.cost(NOON, FIVE) == Cost(0, 10_000, 100)
    write("a", 1500)
    write("b", 700)
    assert load.cost(NOON, FIVE) == Cost(500, 20_000, 200)
    write("a", 10)
    write("b", 750)
    assert load.cost(NOON, -FIVE) == Cost(50, 0, 200)


def test_calls_are_what_was_added_by_timers_and_programs():
    load = Load()
    call(5)
    assert load.polls(TODAY) == {}
    call(7)
    call(2, user_id=2)
    call(1, caller="program")
    call(50, caller="fallback")
    call(50, day=TODAY - timedelta(days=3))
    assert load.polls(TODAY) == {"bonds": {"timer_polls": 4, "program_calls": 1}}
    call(1, day=TODAY + timedelta(days=1))
    assert load.polls(TODAY + timedelta(days=1)) == {"bonds": {"timer_polls": 1}}
    assert load.polls(TODAY + timedelta(days=1)) == {}
