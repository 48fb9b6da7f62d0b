"""A server process among the living: its row, and who of its dashboards has answered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cutover import presence as module
from cutover import processes
from cutover.answers import answers_at
from cutover.models import ServerProcess
from cutover.polls import Polls
from cutover.presence import Answer, last_answer, presence_of
from cutover.roll import Present
from cutover.services import advance, rollback
from cutover.tests.makers import NOON, make_decision
from realtime import history
from realtime.contract import Cursor
from realtime.testing import in_thread
from realtime.tests.desk import until

NEWEST = Cursor("e", 3)


class Dashboard:
    """An open socket that follows the stages."""

    def __init__(self, opened_at=NOON, acknowledged=None):
        self.opened_at, self.acknowledged = opened_at, acknowledged

    @property
    def present(self):
        return Present("1", self.acknowledged)


def move():
    advance("bonds", make_decision(forced=True))
    return history.top_of("stages")


def row():
    return ServerProcess.objects.filter(name=processes.here().name).first()


@pytest.fixture
def polls(monkeypatch):
    monkeypatch.setattr(module, "polls", Polls())
    return module.polls


@pytest.fixture
async def presence(bonds, hub, polls):
    return presence_of(hub)


def answer(cursor=NEWEST, opened=0, at=1):
    return Answer(cursor, NOON + timedelta(seconds=opened), NOON + timedelta(seconds=at))


def test_the_last_answer_is_of_those_that_were_open_when_the_stages_changed():
    late = answer(opened=2, at=9)
    answers = [answer(at=1), answer(at=3), late, answer(Cursor("e", 2), at=7), answer(Cursor("f", 3), at=8)]
    assert last_answer(answers, NEWEST, NOON + timedelta(seconds=1)) is answers[1]
    assert last_answer([late], NEWEST, NOON) is None
    assert last_answer(answers, NEWEST, None) is None


@pytest.mark.django_db
def test_a_process_has_one_row_and_a_life_of_its_own(bonds, monkeypatch):
    processes.record("server", NOON)
    processes.record("server", NOON + timedelta(seconds=10), dashboards=2)
    (found,) = ServerProcess.objects.all()
    assert (found.kind, found.dashboards, found.seen_at) == ("server", 2, NOON + timedelta(seconds=10))
    assert found.flags == {bonds.flag: ""}
    assert found.rss_bytes > 0
    monkeypatch.setattr(processes, "_lives", {})
    assert processes.here().name != found.name


@pytest.mark.django_db
def test_the_dead_are_forgotten_after_an_hour(bonds):
    processes.record("server", NOON)
    assert processes.forget_the_dead(NOON + processes.KEPT_FOR) == 0
    assert processes.forget_the_dead(NOON + processes.KEPT_FOR + timedelta(seconds=1)) == 1


async def test_the_row_is_there_at_once_and_goes_with_the_process(presence):
    from realtime.hub import stop_hub_here

    await until(lambda: presence._written is not None)
    assert (await in_thread(row)).kind == "server"
    await stop_hub_here()
    assert await in_thread(row) is None


async def test_answers_are_counted_and_told_as_they_come(presence):
    one, other = Dashboard(), Dashboard()
    presence.enter(one)
    presence.enter(other)
    cursor = await in_thread(move)
    one.acknowledged = cursor
    presence.answer(one, cursor)
    await until(lambda: presence._written is not None and presence._written.answered == 1)
    other.acknowledged = cursor
    presence.answer(other, cursor)
    await until(lambda: presence._written.answered == 2)
    told = await in_thread(lambda: answers_at(module.timezone.now()))
    assert (told.dashboards, told.answered, told.feature, told.stage) == (2, 2, "bonds", "canary")
    assert told.cursor == str(cursor)
    assert (await in_thread(lambda: history.top_of("answers"))).offset >= 2


async def test_a_dashboard_that_leaves_is_not_waited_for(presence):
    one = Dashboard()
    presence.enter(one)
    await until(lambda: presence._written is not None and presence._written.dashboards == 1)
    presence.leave(one)
    await until(lambda: presence._written.dashboards == 0)


async def test_polling_dashboards_are_counted_apart(presence, polls):
    cursor = await in_thread(move)
    polls.note("s", "firefox", cursor, module.timezone.now())
    await until(lambda: presence._written is not None and presence._written.polling_answered == 1)
    await in_thread(lambda: rollback("bonds", make_decision()))
    polls.note("t", "chrome", await in_thread(lambda: history.top_of("stages")), module.timezone.now())
    await until(lambda: presence._written.polling == 2)
    assert (presence._written.dashboards, presence._written.polling_answered) == (0, 1)


async def test_a_database_that_is_away_ends_nothing(presence, monkeypatch):
    def fail(*arguments, **named):
        raise OSError("away")

    with monkeypatch.context() as away:
        away.setattr(processes, "record", fail)
        presence.enter(Dashboard())
        await until(lambda: presence._written is None)
    await until(lambda: presence._written is not None and presence._written.dashboards == 1)
