"""A thread that starts threads: for the caller a start takes no time, and a failure is told."""

from __future__ import annotations

import threading

from jobs import starter as module
from jobs.starter import Starter
from jobs.tests.makers import await_event


class NoThread(threading.Thread):
    def start(self) -> None:
        raise RuntimeError("can't start new thread")


def unexpected(error: RuntimeError) -> None:
    raise AssertionError(error)


def test_threads_are_started_in_their_order():
    starter, done, seen = Starter(), threading.Event(), []
    for number in range(3):
        starter.start(threading.Thread(target=seen.append, args=(number,), daemon=True), unexpected)
    starter.start(threading.Thread(target=done.set, daemon=True), unexpected)
    await_event(done, "the last thread runs")
    assert seen == [0, 1, 2]


def test_a_start_that_fails_is_told_and_the_next_succeeds():
    starter, told, done = Starter(), [], threading.Event()
    starter.start(NoThread(), told.append)
    starter.start(threading.Thread(target=done.set, daemon=True), unexpected)
    await_event(done, "the next thread runs")
    assert str(told[0]) == "can't start new thread"


def test_where_not_even_the_starter_can_be_started_that_is_told(monkeypatch):
    starter, told = Starter(), []
    monkeypatch.setattr(module.threading, "Thread", lambda **_: NoThread())
    starter.start(NoThread(), told.append)
    assert len(told) == 1


def test_a_forked_process_gets_a_starter_of_its_own(monkeypatch):
    starter, done = Starter(), threading.Event()
    starter.start(threading.Thread(target=done.set, daemon=True), unexpected)
    await_event(done, "the parent's thread runs")
    parents = starter._orders
    monkeypatch.setattr(module.os, "getpid", lambda: -1)
    again = threading.Event()
    starter.start(threading.Thread(target=again.set, daemon=True), unexpected)
    await_event(again, "the child's thread runs")
    assert starter._orders is not parents
