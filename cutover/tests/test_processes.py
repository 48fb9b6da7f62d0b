"""Which processes live, and where their environments differ."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from cutover import processes
from cutover.processes import LIVES_FOR, SERVER, differing, living
from cutover.tests.makers import NOON, make_process

FLAG = "WS_FEATURE_BONDS"


def named(name, value):
    return make_process(name=name, flags={FLAG: value})


def test_processes_that_agree_do_not_differ():
    assert differing([named("a", "true"), named("b", "true"), make_process(name="c", flags={})]) == []


def test_a_flag_that_differs_is_told_with_who_has_which_value():
    (difference,) = differing([named("a", ""), named("b", "false"), named("c", "")])
    assert str(difference) == "WS_FEATURE_BONDS differs: not set in a, c; false in b"
    assert [difference.is_odd(name) for name in "abc"] == [False, True, False]


def test_where_no_value_has_the_most_each_is_odd():
    (difference,) = differing([named("a", "true"), named("b", "false")])
    assert [difference.is_odd(name) for name in "ab"] == [True, True]


@pytest.mark.django_db
def test_who_has_not_written_lately_is_taken_for_dead():
    make_process(name="old", seen_at=NOON - LIVES_FOR).save()
    make_process(name="new", seen_at=NOON - LIVES_FOR + timedelta(seconds=1)).save()
    assert [process.name for process in living(NOON)] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_several_threads_of_a_process_write_its_one_row(monkeypatch):
    monkeypatch.setattr(processes, "_lives", {})
    start = threading.Barrier(8)

    def write(_):
        start.wait()
        try:
            processes.record(SERVER, NOON, dashboards=2)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    (row,) = living(NOON)
    assert (row.kind, row.dashboards, row.started_at) == (SERVER, 2, processes.here().started_at)
