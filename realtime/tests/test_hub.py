"""This process's rooms: what the layer tells, what the history knows, and what happens when one of them is away."""

from __future__ import annotations

import asyncio
import json

import pytest
from channels.layers import get_channel_layer
from django.db import OperationalError

from realtime import history
from realtime.contract import Cursor
from realtime.features import match
from realtime.hub import Hub, hub_here, running, stop_hub_here
from realtime.nudges import pack
from realtime.subscriber import Subscription
from realtime.testing import in_thread
from realtime.tests.browsers import SlowTime
from realtime.tests.desk import PATIENCE, until
from realtime.tests.layers import EndingLayer, settings_of
from realtime.tests.lines import make_publication

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """Notes what the hub tells it: `passed` are the texts that it was told, in step or apart."""

    def __init__(self) -> None:
        self.passed: asyncio.Queue[str] = asyncio.Queue()
        self.anew: list[Subscription] = []
        self.subscriptions: list[Subscription] = []
        self.is_gone = self.is_held = False
        self.unread = 0
        self.hub: Hub | None = None

    def pour(self, ready):
        for text in ready.texts:
            self.passed.put_nowait(text)
        return self.unread

    def overflows(self, buffered):
        return buffered > 0

    def pass_on(self, subscription, publication):
        subscription.cursor = publication.cursor
        self.passed.put_nowait(publication.text)

    def read_anew(self, subscription):
        self.anew.append(subscription)

    def hold_back(self):
        self.is_held = True
        self.hub.hold_back(self, self.subscriptions)

    def relieve(self):
        if self.unread < 0:
            raise ValueError("torn")
        self.is_held = self.unread > 0
        return not self.is_held

    def going_away(self):
        self.is_gone = True

    async def heard(self):
        return await asyncio.wait_for(self.passed.get(), PATIENCE)


def joined(hub: Hub, topic: str, cursor: Cursor | None = None) -> tuple[Subscription, Listener]:
    """A subscription whose reader found the topic at `cursor` (None: has not read yet)."""
    return joins(hub, Listener(), topic, cursor)


def joins(hub: Hub, listener: Listener, topic: str, cursor: Cursor | None = None) -> tuple[Subscription, Listener]:
    subscription = Subscription(topic, match(topic), None, cursor)
    listener.hub = hub
    listener.subscriptions.append(subscription)
    hub.join(subscription, listener)
    if cursor is not None:
        hub.found_at(subscription, cursor)
    return subscription, listener


async def test_there_is_one_hub_for_a_loop(hub):
    assert hub_here() is hub
    assert list(running.values()) == [hub]
    await stop_hub_here()
    await stop_hub_here()
    assert list(running.values()) == []


async def test_a_nudge_is_passed_to_those_who_listen(ledger, memory_layer, hub):
    _, ann = joined(hub, "trades.XNYS", Cursor("e1", 4))
    _, bob = joined(hub, "trades.XNYS", Cursor("e1", 4))
    _, other = joined(hub, "trades.XLON", Cursor("e1", 4))
    published = [make_publication(5, topic="trades.XNYS"), make_publication(9, topic="nobody.listens")]
    hub.hear(published)
    assert [await ann.heard(), await bob.heard()] == [published[0].text] * 2
    assert other.passed.empty()


async def test_the_layer_is_listened_to(ledger, memory_layer, hub):
    _, ann = joined(hub, "trades.XNYS", Cursor("e1", 4))
    await asyncio.sleep(0)
    publication = make_publication(5, topic="trades.XNYS")
    await get_channel_layer().group_send("feature.ledger", pack([publication]))
    assert await ann.heard() == publication.text


async def test_a_gap_is_looked_up_at_once(ledger, memory_layer, hub):
    first, *_ = await in_thread(ledger.trade, "XNYS", 1)
    joined(hub, "trades.XNYS", first.cursor)
    hub._look.clear()
    hub.hear([make_publication(3, first.epoch, "trades.XNYS")])
    assert hub._look.is_set()


async def test_a_membership_is_renewed(ledger, memory_layer, hub, monkeypatch):
    await stop_hub_here()
    monkeypatch.setattr(Hub, "join_again", 0.01)
    _, ann = joined(hub_here(), "trades.XNYS", Cursor("e1", 4))
    layer = get_channel_layer()
    await asyncio.sleep(0)
    layer.groups.clear()
    await until(lambda: bool(layer.groups))
    publication = make_publication(5, topic="trades.XNYS")
    await layer.group_send("feature.ledger", pack([publication]))
    assert await ann.heard() == publication.text


async def test_a_membership_is_renewed_without_ending_the_channel(ledger, settings, hub, monkeypatch):
    await stop_hub_here()
    settings.CHANNEL_LAYERS = settings_of(EndingLayer)
    monkeypatch.setattr(Hub, "join_again", 0.01)
    hub_here()
    layer = get_channel_layer()
    await until(lambda: bool(layer.groups))
    (before,) = layer.groups["feature.ledger"]
    for _ in range(3):
        layer.groups.clear()
        await until(lambda: bool(layer.groups))
    assert list(layer.groups["feature.ledger"]) == [before]


async def test_a_layer_that_is_away_is_tried_again(ledger, memory_layer, hub, monkeypatch):
    await stop_hub_here()
    layer = get_channel_layer()
    receive, faults = layer.receive, [ConnectionError("the layer is away")]

    async def receive_or_fail(channel):
        if faults:
            raise faults.pop()
        return await receive(channel)

    monkeypatch.setattr(layer, "receive", receive_or_fail)
    monkeypatch.setattr(Hub, "after_a_fault", 0.0)
    _, ann = joined(hub_here(), "trades.XNYS", Cursor("e1", 4))
    await until(lambda: not faults and bool(layer.groups))
    publication = make_publication(5, topic="trades.XNYS")
    await layer.group_send("feature.ledger", pack([publication]))
    assert await ann.heard() == publication.text


async def test_a_history_that_is_away_is_asked_again(ledger, memory_layer, hub, monkeypatch):
    first, *_ = await in_thread(ledger.trade, "XNYS", 1)
    _, ann = joined(hub, "trades.XNYS", first.cursor)
    beyond, faults = history.beyond, [OperationalError("the database is away")]

    def beyond_or_fail(cursors):
        if faults:
            raise faults.pop()
        return beyond(cursors)

    monkeypatch.setattr(history, "beyond", beyond_or_fail)
    monkeypatch.setattr(Hub, "after_a_fault", 0.0)
    hub._look.set()
    await in_thread(ledger.trade, "XNYS", 1)
    await until(lambda: not faults)
    await hub.look()
    assert json.loads(await ann.heard())["offset"] == 2


async def test_looking_with_nobody_there_asks_nothing(ledger, memory_layer, hub, monkeypatch):
    monkeypatch.setattr(history, "beyond", None)
    joined(hub, "trades.XNYS")
    await hub.look()


async def test_what_moved_or_ended_while_it_was_looked_up_is_left(ledger, memory_layer, hub):
    _, ann = joined(hub, "trades.XNYS", Cursor("e1", 4))
    left, _ = joined(hub, "trades.XLON", Cursor("e1", 4))
    cursors = hub.standing()
    hub.hear([make_publication(5, topic="trades.XNYS")])
    hub.leave(left)
    found = history.Found(Cursor("e1", 5), [make_publication(5)])
    hub.compare(cursors, {"trades.XNYS": found, "trades.XLON": found})
    assert ann.passed.qsize() == 1
    assert hub.healed == 0


async def test_a_stray_nudge_of_another_life_is_dropped_when_nothing_is_missing(ledger, memory_layer, hub):
    joined(hub, "trades.XNYS", Cursor("e1", 4))
    hub.hear([make_publication(1, "old", "trades.XNYS")])
    hub.compare(hub.standing(), {})
    assert not hub.rooms["trades.XNYS"].line.has_gap


async def test_where_the_history_cannot_fill_a_gap_all_read_anew(ledger, memory_layer, hub):
    subscription, ann = joined(hub, "trades.XNYS", Cursor("e1", 4))
    hub.compare(hub.standing(), {"trades.XNYS": history.Found(Cursor("e1", 9), [])})
    assert ann.anew == [subscription]


async def test_a_reader_that_was_overtaken_by_another_reads_anew(ledger, memory_layer, hub):
    _, ann = joined(hub, "amounts.1", Cursor("e1", 5))
    slow, bob = joined(hub, "amounts.1", Cursor("e1", 4))
    assert (ann.anew, bob.anew) == ([], [slow])


async def test_readers_of_two_lives_all_read_anew(ledger, memory_layer, hub):
    first, ann = joined(hub, "amounts.1", Cursor("e1", 5))
    second, bob = joined(hub, "amounts.1", Cursor("e2", 1))
    assert (ann.anew, bob.anew) == ([first], [second])
    assert hub.rooms["amounts.1"].line.last is None


async def test_a_reader_that_has_left_is_told_nothing(ledger, memory_layer, hub):
    subscription, listener = joined(hub, "amounts.1")
    joined(hub, "amounts.1", Cursor("e1", 5))
    hub.leave(subscription)
    hub.found_at(subscription, Cursor("e1", 4))
    assert listener.anew == []


async def test_the_last_to_leave_takes_the_snapshot_along(ledger, memory_layer, hub):
    subscription, _ = joined(hub, "amounts.1", Cursor("e1", 5))
    hub.snapshots["amounts.1"] = (Cursor("e1", 5), [])
    hub.leave(subscription)
    hub.leave(subscription)
    assert (hub.rooms, hub.snapshots) == ({}, {})
    hub.snapshots["amounts.1"] = (Cursor("e1", 5), [])
    hub.found_at(subscription, Cursor("e1", 5))
    assert hub.snapshots == {}


# Who is held back.


@pytest.fixture
def still_hub(transactional_db):
    """A hub whose tasks do not run, over a clock that is moved."""
    clock = SlowTime()
    clock.pass_by(60.0)
    made = Hub(clock)
    yield made
    made.pool.close()


def publish_in_one_tick(hub: Hub, *topics: str) -> None:
    """Twice to each topic: the second is pending until the tick ends."""
    for offset in (1, 2):
        hub.hear([make_publication(offset, topic=topic) for topic in topics])


def test_one_that_is_held_back_is_told_apart_until_it_is_relieved(ledger, still_hub):
    subscription, ann = joined(still_hub, "trades.XNYS", Cursor("e1", 0))
    other, _ = joins(still_hub, ann, "trades.XLON", Cursor("e1", 0))
    ann.unread = 1
    still_hub.hear([make_publication(1, topic="trades.XNYS")])
    assert ann.is_held
    assert (subscription.cursor, other.cursor) == (Cursor("e1", 1), Cursor("e1", 0))
    still_hub.relieve()
    assert (ann.is_held, still_hub.held) == (True, 1)
    ann.unread = 0
    still_hub.relieve()
    still_hub.relieve()
    assert (ann.is_held, still_hub.held) == (False, 0)


def test_one_that_is_held_back_is_written_what_was_pending_and_left_the_rooms_it_has_left(ledger, still_hub):
    _, ann = joined(still_hub, "trades.XNYS", Cursor("e1", 0))
    left, _ = joins(still_hub, ann, "trades.XLON", Cursor("e1", 0))
    publish_in_one_tick(still_hub, "trades.XNYS")
    still_hub.leave(left)
    still_hub.hold_back(ann, ann.subscriptions)
    assert ann.passed.qsize() == 2


def test_one_with_many_topics_falls_out_of_all_at_once(ledger, still_hub):
    """What each room has pending makes it late again."""
    ann = Listener()
    topics = [f"trades.V{number}" for number in range(600)]
    for topic in topics:
        joins(still_hub, ann, topic, Cursor("e1", 0))
    publish_in_one_tick(still_hub, *topics)
    ann.unread = 1
    still_hub.ticker.pass_by(0.005)
    assert ann.passed.qsize() == 1200
    assert {subscription.cursor for subscription in ann.subscriptions} == {Cursor("e1", 2)}


def test_clients_that_hold_each_other_back_all_fall_out(ledger, still_hub):
    """Each is in a room with the next: what it is written as it falls out makes the next one late."""
    everybody = [Listener() for _ in range(600)]
    topics = [f"trades.V{number}" for number in range(601)]
    for number, listener in enumerate(everybody):
        joins(still_hub, listener, topics[number], Cursor("e1", 0))
        joins(still_hub, listener, topics[number + 1], Cursor("e1", 0))
    publish_in_one_tick(still_hub, *topics)
    for listener in everybody:
        listener.unread = 1
    still_hub.rooms[topics[0]].flush()
    assert all(listener.is_held for listener in everybody)
    assert {s.cursor for listener in everybody for s in listener.subscriptions} == {Cursor("e1", 2)}


def test_one_that_fails_when_it_is_relieved_keeps_no_other_held(ledger, still_hub):
    _, ann = joined(still_hub, "trades.XNYS", Cursor("e1", 0))
    _, bob = joined(still_hub, "trades.XLON", Cursor("e1", 0))
    for listener in (ann, bob):
        listener.hold_back()
    ann.unread = -1
    still_hub.relieve()
    assert (ann.is_gone, bob.is_held) == (True, False)


async def test_the_held_are_looked_after_by_themselves(ledger, memory_layer, hub):
    _, ann = joined(hub, "trades.XNYS", Cursor("e1", 0))
    ann.hold_back()
    await until(lambda: not ann.is_held)
    ann.hold_back()
    await until(lambda: not ann.is_held)


def test_one_that_is_forgotten_is_not_looked_after(ledger, still_hub):
    _, ann = joined(still_hub, "trades.XNYS", Cursor("e1", 0))
    ann.hold_back()
    still_hub.forget(ann)
    still_hub.relieve()
    assert ann.is_held


async def test_stopping_sends_the_clients_away(hub):
    client = Listener()
    hub.clients.add(client)
    await stop_hub_here()
    assert client.is_gone
