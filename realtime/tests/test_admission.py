"""Who may stay, and what he may still hear: asked of all sockets at once."""

from __future__ import annotations

import pytest

from realtime.admission import ask, ask_for_ever, guarded, judge
from realtime.features import Delivery, Feature, Stream, match
from realtime.hub import Hub
from realtime.testing import FakeClock, in_thread, only
from realtime.tests.browsers import SlowTime
from realtime.tests.desk import Desk, until
from realtime.tests.ledger import Ledger, Somebody

pytestmark = pytest.mark.django_db(transaction=True)
NOW = FakeClock().at


class Door:
    """Lets in by name, until somebody is sent away."""

    def __init__(self) -> None:
        self.users = {"ann's": Somebody(), "bob's": Somebody("bob", accounts=(1, 2))}
        self.asked: list[set[str]] = []
        self.is_shut = False
        self.knocked = 0

    def still_in(self, tickets, now):
        if self.is_shut:
            self.knocked += 1
            raise OSError("the database is away")
        self.asked.append(set(tickets))
        return {ticket: self.users[ticket] for ticket in tickets if ticket in self.users}


door = Door()


def still_in(tickets, now):
    return door.still_in(tickets, now)


@pytest.fixture(autouse=True)
def _door(ledger: Ledger, memory_layer, settings, monkeypatch) -> None:
    global door  # noqa: PLW0603 - the setting names it
    door = Door()
    """It is there before the hub is."""
    settings.SOCKET_DOORKEEPER = f"{__name__}.still_in"
    monkeypatch.setattr(Hub, "ask_again", 0.02)


async def came(ticket: str | None, *topics: str) -> Desk:
    desk = Desk(user=door.users.get(ticket, Somebody()))
    desk.socket.scope["ticket"] = ticket
    await desk.open()
    await desk.subscribe(*topics)
    for _ in topics:
        await desk.until("subscribed")
    return desk


async def asked_again() -> None:
    so_far = len(door.asked)
    await until(lambda: len(door.asked) > so_far + 1)


async def test_a_ticket_that_holds_no_more_ends_its_socket_and_no_other(hub):
    ann, bob = await came("ann's"), await came("bob's")
    del door.users["ann's"]
    assert await ann.closed() == 4501
    assert await bob.quiet() == []
    assert [client.ticket for client in hub.clients] == ["bob's"]


async def test_all_are_asked_for_at_once(hub):
    desks = [await came(ticket) for ticket in ("ann's", "ann's", "bob's")]
    await asked_again()
    assert len(hub.clients) == len(desks)
    assert door.asked[-1] == {"ann's", "bob's"}


async def test_a_topic_that_became_anothers_ends_and_the_rest_goes_on(ledger, hub):
    bob = await came("bob's", "amounts.1", "amounts.2")
    door.users["bob's"] = Somebody("bob", accounts=(1,))
    lost = await bob.until("unsubscribed")
    assert [(frame["type"], frame.get("topic")) for frame in lost[-2:]] == [
        ("error_message", "amounts.2"),
        ("unsubscribed", None),
    ]
    assert (lost[-2]["data"]["error_code"], lost[-1]["data"]["topic"]) == ("unknown_topic", "amounts.2")
    assert list(hub.rooms) == ["amounts.1"]
    await in_thread(ledger.pay, 2, "7.00")
    await in_thread(ledger.pay, 1, "5.00")
    assert [frame["topic"] for frame in await bob.until("amount")] == ["amounts.1"]


async def test_what_was_lost_cannot_be_had_again(hub):
    bob = await came("bob's", "amounts.2")
    door.users["bob's"] = Somebody("bob", accounts=(1,))
    await bob.until("unsubscribed")
    await bob.subscribe("amounts.2")
    assert (await bob.until("error_message"))[-1]["data"]["error_code"] == "unknown_topic"


async def test_where_nobody_is_nobody_is_asked_for(hub):
    ann = await came("ann's")
    await asked_again()
    await ann.leave()
    await until(lambda: not hub.clients)
    await ask(hub, door.still_in, NOW)
    assert all(door.asked)


async def test_what_everybody_may_hear_is_not_gone_through(hub):
    ann = await came("ann's", "amounts.1")
    (client,) = hub.clients
    assert [(one.topic, listener) for one, listener in guarded(hub)] == [("amounts.1", client)]
    everybodys = Stream("news", "amount", "news", Delivery.STATE, Somebody, lambda keys: [])
    with only(Feature("news", [everybodys], lambda user, params: True, lambda user: [])):
        await ann.subscribe("news")
        await ann.until("subscribed")
    assert len(hub.rooms) == 2
    assert [one.topic for one, _ in guarded(hub)] == ["amounts.1"]


async def test_what_was_left_meanwhile_is_not_lost_once_more(hub):
    bob = await came("bob's", "amounts.2")
    ((subscription, listener),) = guarded(hub)
    await bob.say(type="unsubscribe", topics=["amounts.2"])
    await bob.until("unsubscribed")
    listener.lose(subscription, NOW)
    assert await bob.quiet() == []


async def test_who_came_without_a_ticket_is_not_asked_for(hub):
    nobody = await came(None, "amounts.1")
    ann = await came("ann's")
    del door.users["ann's"]
    assert await ann.closed() == 4501
    assert await nobody.quiet() == []


async def test_while_nobody_can_be_told_apart_all_stay(hub):
    ann = await came("ann's")
    door.is_shut = True
    await until(lambda: door.knocked > 1)
    assert await ann.quiet() == []
    door.users.clear()
    door.is_shut = False
    assert await ann.closed() == 4501


async def test_one_user_has_so_many_sockets(hub, settings):
    settings.SOCKETS_PER_USER = 2
    named = [Numbered(pk=1), Numbered(pk=1), Numbered(pk=2), Numbered(pk=1)]
    desks = [Desk(user=user) for user in named]
    for desk in desks[:3]:
        await desk.open()
    await desks[3].socket.connect()
    assert await desks[3].closed() == 4030
    await desks[0].leave()
    await until(lambda: hub.sockets_of(named[0]) == 1)
    assert (await Desk(user=named[3]).open())["type"] == "welcome"


class Numbered(Somebody):
    def __init__(self, pk: int) -> None:
        super().__init__()
        object.__setattr__(self, "pk", pk)


# The verdict.


def test_a_feature_is_asked_once_for_all_its_readers():
    asked = []

    def may_keep(readers):
        asked.append([(user, params["account_id"]) for user, params in readers])
        return [user == "ann" for user, _ in readers]

    with only(feature_with(may_keep)):
        wishes = [(ticket, match(f"sums.{number}")) for ticket, number in (("a", 1), ("b", 1), ("gone", 2), ("a", 2))]
        verdict = judge(lambda tickets, now: {"a": "ann", "b": "bob"}, {"a", "b", "gone"}, wishes, NOW)
    assert asked == [[("ann", 1), ("bob", 1), ("ann", 2)]]
    assert verdict.keeps == [True, False, False, True]


def test_a_feature_without_an_answer_for_all_is_asked_one_by_one():
    feature = feature_with(None)
    assert feature.is_guarded
    assert feature.keeps([("ann", {}), ("bob", {})]) == [True, False]


def feature_with(may_keep) -> Feature:
    stream = Stream("sums", "amount", "sums.{account_id}", Delivery.STATE, Somebody, lambda keys: [])
    return Feature("sums", [stream], lambda user, params: user == "ann", lambda user: [], may_keep)


async def test_nobody_asks_where_there_is_no_door(settings):
    settings.SOCKET_DOORKEEPER = ""
    await ask_for_ever(Hub(SlowTime()), 0.0)
