"""Who calls REST."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from cutover import use
from cutover.models.use import Caller, RestUse
from cutover.tests.makers import NOON
from cutover.use import Call, Uses, caller_of


def make_call(**differing):
    fields = {"feature": "bonds", "day": NOON.date(), "caller": Caller.PROGRAM, "user_id": 1, "username": "ann"}
    return Call(**(fields | {"credential": "session", "agent": "curl/8"} | differing))


@pytest.fixture(autouse=True)
def uses(monkeypatch):
    monkeypatch.setattr(use, "uses", Uses())
    return use.uses


def counted():
    return [(row.agent, row.calls) for row in RestUse.objects.order_by("id")]


@pytest.mark.parametrize(
    ("header", "is_probe", "credential", "caller"),
    [
        ("", False, "session", Caller.PROGRAM),
        ("curl", False, "session", Caller.PROGRAM),
        ("dashboard; reads=timer", False, "session", Caller.TIMER),
        ("dashboard; reads=fallback", False, "session", Caller.FALLBACK),
        ("dashboard; reads=history", False, "session", Caller.READING),
        ("dashboard; reads=first", False, "session", Caller.READING),
        ("dashboard", False, "session", Caller.READING),
        ("dashboard; reads=timer", False, "token ci", Caller.PROGRAM),
        ("probe", False, "session", Caller.PROGRAM),
        ("probe", True, "session", Caller.PROBE),
    ],
)
def test_who_calls_is_what_he_says_where_he_can_be_that(header, is_probe, credential, caller):
    assert caller_of(header, is_probe, credential) is caller


@pytest.mark.django_db
def test_the_first_call_is_written_at_once_and_more_a_second_later():
    use.note(make_call(), NOON, 100.0)
    assert counted() == [("curl/8", 1)]
    for seconds in (0.1, 0.5):
        use.note(make_call(), NOON + timedelta(seconds=seconds), 100.0 + seconds)
    assert counted() == [("curl/8", 1)]
    assert use.is_waiting()
    use.note(make_call(), NOON + timedelta(seconds=2), 102.0)
    assert counted() == [("curl/8", 4)]
    row = RestUse.objects.get()
    assert (row.first_at, row.last_at, row.username) == (NOON, NOON + timedelta(seconds=2), "ann")
    assert not use.is_waiting()


@pytest.mark.django_db
def test_a_new_caller_takes_what_waits_along():
    use.note(make_call(), NOON, 100.0)
    use.note(make_call(), NOON, 100.1)
    use.note(make_call(agent="python"), NOON, 100.2)
    assert counted() == [("curl/8", 2), ("python", 1)]


@pytest.mark.django_db
def test_what_another_process_wrote_is_added_to():
    use.note(make_call(), NOON, 100.0)
    use.uses = Uses()
    use.note(make_call(), NOON, 100.0)
    assert counted() == [("curl/8", 2)]


@pytest.mark.django_db
def test_while_the_database_is_away_it_waits():
    def refuse(execute, *call):
        raise OperationalError("the disk is gone")

    with connection.execute_wrapper(refuse):
        use.note(make_call(), NOON, 100.0)
        use.note(make_call(), NOON, 102.0)
    assert use.is_waiting()
    use.note(make_call(), NOON, 104.0)
    assert counted() == [("curl/8", 3)]


def test_what_waits_and_what_is_known_has_an_end(monkeypatch):
    monkeypatch.setattr(use, "MOST_KEYS", 1)
    uses = Uses()
    assert uses.note(make_call(), NOON, 0.0)
    assert uses.note(make_call(agent="b"), NOON, 0.0)
    assert uses.note(make_call(agent="c"), NOON, 0.0)
    taken = uses.take(0.5)
    uses.note(make_call(), NOON, 0.6)
    uses.give_back(taken)
    assert sum(waiting.calls for waiting in uses.take(1.0).values()) == 2


@pytest.mark.django_db
def test_the_programs_that_called_lately_the_latest_first():
    use.note(make_call(), NOON, 100.0)
    use.note(make_call(agent="python"), NOON + timedelta(minutes=1), 102.0)
    use.note(make_call(agent="dash", caller=Caller.TIMER), NOON, 104.0)
    assert [row.agent for row in use.callers_of("bonds", NOON.date())] == ["python", "curl/8"]
    assert list(use.callers_of("bonds", NOON.date() + timedelta(days=1))) == []


def test_who_calls_himself_by_many_names_fills_no_table(monkeypatch):
    monkeypatch.setattr(use, "MOST_AGENTS", 2)
    uses = Uses()
    for agent in "abcdb":
        uses.note(make_call(agent=agent), NOON, 0.0)
    uses.note(make_call(user_id=2, agent="d"), NOON, 0.0)
    counts = {(call.user_id, call.agent): waiting.calls for call, waiting in uses.take(1.0).items()}
    assert counts == {(1, "a"): 1, (1, "b"): 2, (1, use.OTHERS): 2, (2, "d"): 1}


@pytest.mark.django_db
def test_what_is_old_is_forgotten(bonds):
    use.note(make_call(), NOON, 100.0)
    assert use.forget_old(NOON + use.KEPT_FOR) == 0
    assert use.forget_old(NOON + use.KEPT_FOR + timedelta(days=1)) == 1
