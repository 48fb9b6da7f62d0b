"""Dashboards that poll."""

from __future__ import annotations

from datetime import timedelta

from cutover import polls as module
from cutover.polls import LATELY, Polls
from cutover.tests.makers import NOON
from realtime.contract import Cursor

OLD, NEW = Cursor("e", 1), Cursor("e", 2)


def test_each_dashboard_counts_once_by_what_it_was_last_answered():
    polls = Polls()
    polls.note("s", "firefox", OLD, NOON)
    polls.note("s", "chrome", OLD, NOON)
    polls.note("s", "firefox", NEW, NOON)
    assert polls.answered(NOON) == [OLD, NEW]


def test_who_has_not_asked_lately_is_gone():
    polls = Polls()
    polls.note("s", "firefox", OLD, NOON)
    polls.note("t", "firefox", NEW, NOON + timedelta(seconds=1))
    assert polls.answered(NOON + LATELY) == [NEW]
    assert polls.answered(NOON + LATELY + timedelta(seconds=1)) == []


def test_who_has_a_socket_again_polls_no_more():
    polls = Polls()
    polls.note("s", "firefox", OLD, NOON)
    polls.forget("s", "chrome")
    assert polls.answered(NOON) == [OLD]
    polls.forget("s", "firefox")
    assert polls.answered(NOON) == []


def test_there_is_an_end_to_how_many_are_remembered(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)
    polls = Polls()
    for session in "abc":
        polls.note(session, "", OLD, NOON)
    assert len(polls.answered(NOON)) == 2
