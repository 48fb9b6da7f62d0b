"""A socket from the handshake to its end, over a real hub, a real database and the layer in memory."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError

from realtime import consumer as consumer_module
from realtime import history, publisher
from realtime.allowance import Allowance
from realtime.backlog import EVENTS_WAITING, Backlog
from realtime.consumer import LiveConsumer
from realtime.contract import WelcomePayload
from realtime.hub import hub_here, stop_hub_here
from realtime.models import StoredPublication, Topic
from realtime.outlet import Outlet, pieces
from realtime.testing import in_thread
from realtime.tests.desk import ANN, PATIENCE, Desk, until
from realtime.tests.layers import DoublingLayer, DroppingLayer, settings_of
from realtime.tests.ledger import OPEN, Somebody, Tick

LITTLE = 100
"""So few unread bytes hold a client back."""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _desk(ledger, memory_layer, hub):
    """The hub is started after the layer was chosen."""


async def open_desk(**differing) -> Desk:
    desk = Desk(**differing)
    await desk.open()
    return desk


def numbers(frames) -> list[int]:
    return [frame["data"]["number"] for frame in frames if frame["type"] == "trade"]


# The handshake.


async def test_the_welcome_comes_first_and_the_users_topics_by_themselves(ledger):
    await in_thread(ledger.pay, 1, "10.50")
    desk = Desk(path="/ws/")
    welcome = await desk.open()
    assert welcome["type"] == "welcome"
    assert welcome["data"] | {"server_time": ""} == {
        "protocol": 1,
        "server_time": "",
        "user": "ann",
        "topics": ["amounts.1"],
        "stages": [],
        "buckets": {},
        "cohorts": [],
        "features": [],
    }
    subscribed, amount = await desk.next(), await desk.next()
    assert (subscribed["type"], subscribed["data"]["topic"]) == ("subscribed", "amounts.1")
    assert (amount["type"], amount["data"]["amount"], amount["snapshot"]) == ("amount", 10.5, True)
    assert f"{amount['epoch']}:{amount['offset']}" == f"{subscribed['data']['epoch']}:1"


async def test_a_manual_socket_is_subscribed_to_nothing(ledger):
    desk = await open_desk()
    assert await desk.quiet() == []


@pytest.mark.parametrize("user", [None, AnonymousUser()])
async def test_nobody_is_accepted_and_closed_with_4501(user):
    desk = Desk(user=user)
    accepted, _ = await desk.socket.connect(timeout=PATIENCE)
    assert accepted
    assert await desk.closed() == 4501
    await desk.subscribe("amounts.1")
    assert hub_here().clients == set()
    await desk.leave()


async def test_a_subclass_says_more_in_its_welcome():
    class Wordy(LiveConsumer):
        def introduction(self, user):
            return WelcomePayload(1, OPEN, user.name, ["amounts.7"])

    desk = Desk(consumer=Wordy, path="/ws/")
    assert (await desk.open())["data"]["server_time"] == "2026-11-20T14:30:00Z"
    refused = await desk.next()
    assert (refused["type"], refused["data"]["error_code"]) == ("error_message", "unknown_topic")


async def test_an_introduction_that_fails_leaves_nothing_behind():
    class Broken(LiveConsumer):
        def introduction(self, user):
            raise ZeroDivisionError

    desk = Desk(consumer=Broken)
    await desk.socket.connect(timeout=PATIENCE)
    with pytest.raises(ZeroDivisionError):
        await desk.socket.wait(timeout=PATIENCE)
    assert hub_here().clients == set()


# Publications.


async def test_a_publication_arrives(ledger):
    desk = await open_desk()
    await desk.subscribe("amounts.1", "trades.XNYS")
    await desk.until(lambda frame: frame["data"].get("topic") == "trades.XNYS")
    (amount,) = await in_thread(ledger.pay, 1, "10.50")
    assert await desk.next() == json.loads(amount.text)
    published = await in_thread(ledger.trade, "XNYS", 3)
    assert [await desk.next() for _ in range(3)] == [json.loads(publication.text) for publication in published]


async def test_a_volatile_message_arrives_without_a_number(ledger):
    desk = await open_desk()
    await desk.subscribe("ticks.XNYS")
    await desk.until("subscribed")
    await in_thread(publisher.publish_volatile, "ticks", {"venue": "XNYS"}, Tick(5), OPEN)
    assert await desk.next() == {
        "type": "tick",
        "data": {"price": 5},
        "topic": "ticks.XNYS",
        "as_of": "2026-11-20T14:30:00Z",
    }


async def test_after_unsubscribe_nothing_comes(ledger):
    desk = await open_desk()
    await desk.subscribe("amounts.1")
    await desk.until("subscribed")
    await desk.say(type="unsubscribe", topics=["amounts.1"])
    assert (await desk.next()) == {"type": "unsubscribed", "data": {"topic": "amounts.1"}}
    await in_thread(ledger.pay, 1, "2")
    await hub_here().look()
    assert await desk.quiet() == []
    assert hub_here().rooms == {}


async def test_with_a_layer_that_drops_every_nudge_everything_still_comes(ledger, settings):
    settings.CHANNEL_LAYERS = settings_of(DroppingLayer)
    desk = await open_desk()
    await desk.subscribe("amounts.1", "trades.XNYS")
    await desk.until(lambda frame: frame["data"].get("topic") == "trades.XNYS")
    for amount in ("1", "2", "3"):
        await in_thread(ledger.pay, 1, amount)
        await in_thread(ledger.trade, "XNYS", 2)
    await hub_here().look()
    frames = await desk.until(lambda frame: frame["data"].get("number") == 6)
    frames += await desk.quiet()
    assert numbers(frames) == [1, 2, 3, 4, 5, 6]
    assert [frame["data"]["amount"] for frame in frames if frame["type"] == "amount"][-1] == 3
    assert hub_here().healed >= 2


async def test_by_itself_the_hub_looks_once_a_second(ledger, settings):
    settings.CHANNEL_LAYERS = settings_of(DroppingLayer)
    desk = await open_desk()
    await desk.subscribe("amounts.1")
    await desk.until("subscribed")
    await in_thread(ledger.pay, 1, "7")
    assert (await desk.next())["data"]["amount"] == 7


async def test_a_nudge_that_comes_twice_is_passed_on_once(ledger, settings):
    await stop_hub_here()
    settings.CHANNEL_LAYERS = settings_of(DoublingLayer)
    desk = await open_desk()
    await desk.subscribe("trades.XNYS")
    await desk.until("subscribed")
    await in_thread(ledger.trade, "XNYS", 3)
    await in_thread(ledger.trade, "XNYS", 1)
    assert numbers(await desk.until(lambda frame: frame["data"].get("number") == 4)) == [1, 2, 3, 4]
    await hub_here().look()
    assert await desk.quiet() == []


# Recovery.


async def test_a_client_that_comes_back_with_its_cursor_has_all_that_it_missed(ledger):
    desk = await open_desk()
    await desk.subscribe("trades.XNYS")
    await desk.until("subscribed")
    await in_thread(ledger.trade, "XNYS", 2)
    last = (await desk.until(lambda frame: frame["data"].get("number") == 2))[-1]
    await desk.leave()
    await in_thread(ledger.trade, "XNYS", 3)
    again = await open_desk()
    await again.subscribe({"topic": "trades.XNYS", "cursor": f"{last['epoch']}:{last['offset']}"})
    subscribed = await again.next()
    assert subscribed["data"] == {
        "topic": "trades.XNYS",
        "epoch": last["epoch"],
        "offset": 5,
        "recovered": True,
        "rows": 3,
    }
    missed = [await again.next() for _ in range(3)]
    assert [(frame["offset"], frame["data"]["number"], "snapshot" in frame) for frame in missed] == [
        (3, 3, False),
        (4, 4, False),
        (5, 5, False),
    ]
    await in_thread(ledger.trade, "XNYS")
    assert (await again.next())["offset"] == 6


async def test_what_was_trimmed_is_told_and_shown_by_a_snapshot(ledger):
    (first, *_) = await in_thread(ledger.trade, "XNYS", 4)
    await in_thread(StoredPublication.objects.filter(offset__lte=3).delete)
    desk = await open_desk()
    await desk.subscribe({"topic": "trades.XNYS", "cursor": str(first.cursor)})
    frames = [await desk.next() for _ in range(6)]
    assert [frame["type"] for frame in frames] == ["subscribed", "reset", "trade", "trade", "trade", "trade"]
    assert frames[0]["data"]["recovered"] is False
    assert "no longer reaches back" in frames[1]["data"]["reason"]
    assert {(frame["offset"], frame["snapshot"]) for frame in frames[2:]} == {(4, True)}


@pytest.mark.parametrize("topic", ["amounts.1", "trades.XNYS"])
async def test_a_line_that_begins_anew_under_a_client(ledger, topic):
    await in_thread(ledger.pay, 1, "1")
    await in_thread(ledger.trade, "XNYS", 3)
    desk = await open_desk()
    await desk.subscribe(topic)
    old = (await desk.until("subscribed"))[0]["data"]["epoch"]
    await in_thread(Topic.objects.all().delete)
    await in_thread(ledger.pay, 1, "2")
    await in_thread(ledger.trade, "XNYS", 1)
    await hub_here().look()
    frames = await desk.until(lambda frame: frame.get("snapshot", False) and frame["epoch"] != old)
    kinds = [frame["type"] for frame in frames]
    assert "subscribed" in kinds
    assert ("reset" in kinds) == (topic == "trades.XNYS")


async def test_a_gap_is_closed_for_a_client_that_could_not_keep_what_came(ledger, monkeypatch):
    monkeypatch.setattr("realtime.subscriber.WAITING_FOR_SNAPSHOT", 0)
    desk = await open_desk()
    joined = asyncio.Event()
    run = hub_here().pool.run

    async def slowly(read, *arguments):
        found = await run(read, *arguments)
        await in_thread(ledger.trade, "XNYS", 2)
        joined.set()
        monkeypatch.setattr(hub_here().pool, "run", run)
        return found

    monkeypatch.setattr(hub_here().pool, "run", slowly)
    await desk.subscribe("trades.XNYS")
    assert numbers(await desk.until(lambda frame: frame["data"].get("number") == 2)) == [1, 2]


async def test_a_publication_that_does_not_follow_is_read_anew(ledger, settings):
    settings.CHANNEL_LAYERS = settings_of(DroppingLayer)
    desk = await open_desk()
    await desk.subscribe("trades.XNYS")
    await desk.until("subscribed")
    ((subscription, client),) = hub_here().rooms["trades.XNYS"].listeners.items()
    published = await in_thread(ledger.trade, "XNYS", 3)
    client.pass_on(subscription, published[2])
    client.pass_on(subscription, published[2])
    assert numbers(await desk.until(lambda frame: frame["data"].get("number") == 3)) == [1, 2, 3]
    assert numbers(await desk.quiet()) == []
    assert len(hub_here().rooms["trades.XNYS"].listeners) == 1


# Who may.


@pytest.mark.parametrize("topic", ["amounts.2", "amounts.99", "nothing.1", "amounts", "amounts.x"])
async def test_what_is_not_there_and_what_is_anothers_are_answered_alike(ledger, topic):
    await in_thread(ledger.pay, 2, "5")
    desk = await open_desk()
    await desk.subscribe(topic)
    refused = await desk.next()
    assert refused | {"data": refused["data"] | {"timestamp": ""}} == {
        "type": "error_message",
        "topic": topic,
        "data": {
            "message": f"there is no topic {topic!r}, or it is not yours to read",
            "error_code": "unknown_topic",
            "timestamp": "",
        },
    }
    await in_thread(ledger.pay, 2, "6")
    await hub_here().look()
    assert await desk.quiet() == []
    assert hub_here().rooms == {}


async def test_two_users_see_each_their_own(ledger):
    ann, bob = await open_desk(), await open_desk(user=Somebody("bob", (2,)))
    for desk, topic in ((ann, "amounts.1"), (bob, "amounts.2")):
        await desk.subscribe(topic)
        await desk.until("subscribed")
    await in_thread(ledger.pay, 1, "1")
    await in_thread(ledger.pay, 2, "2")
    assert (await ann.next())["data"]["account_id"] == 1
    assert (await bob.next())["data"]["account_id"] == 2
    assert await ann.quiet() == await bob.quiet() == []


# What clients say.


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"type":"dance"}', "\x00", "[" * 5000])
async def test_a_broken_frame_is_answered_and_the_socket_stays(text):
    desk = await open_desk()
    await desk.socket.send_to(text)
    refused = await desk.next()
    assert (refused["type"], refused["data"]["error_code"]) == ("error_message", "bad_frame")
    assert await desk.quiet() == []


async def test_binary_frames_are_read_as_text_is():
    desk = await open_desk()
    await desk.socket.send_to(bytes_data=b'{"type":"ping","timestamp":4}')
    assert (await desk.next())["data"]["timestamp"] == 4
    await desk.socket.send_to(bytes_data=b"\xff")
    assert (await desk.next())["data"]["error_code"] == "bad_frame"
    await desk.socket.send_input({"type": "websocket.receive", "bytes": b""})
    assert (await desk.next())["data"]["error_code"] == "bad_frame"


async def test_a_flood_is_closed_with_4029(monkeypatch):
    monkeypatch.setattr(consumer_module, "Allowance", lambda now: Allowance(now, rate=0.0, burst=3.0))
    desk = await open_desk()
    for _ in range(6):
        await desk.say(type="ping")
    assert await desk.closed() == 4029
    assert hub_here().clients == set()
    await desk.leave()


# Reads that fail.


async def test_a_topic_that_cannot_be_read_is_told_and_tried_again(ledger, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "try_again", 0.0)
    desk = await open_desk()
    ledger.is_readable = False
    await desk.subscribe("amounts.1")
    failed = await desk.next()
    assert (failed["data"]["error_code"], failed["topic"]) == ("read_failed", "amounts.1")
    ledger.is_readable = True
    await desk.until("subscribed")


async def test_a_database_that_is_away_is_told_and_tried_again(ledger, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "try_again", 0.0)
    desk = await open_desk()
    faults = [OperationalError("the database is away")]

    def tops_or_fail(names):
        if faults:
            raise faults.pop()
        return tops(names)

    tops = history.tops
    monkeypatch.setattr(history, "tops", tops_or_fail)
    await desk.subscribe("ticks.XNYS", "ticks.XLON")
    assert [frame["type"] for frame in (await desk.next(), await desk.next())] == ["error_message"] * 2
    assert [(await desk.next())["data"]["topic"] for _ in range(2)] == ["ticks.XNYS", "ticks.XLON"]


async def test_a_topic_that_cannot_be_read_holds_up_no_other(ledger, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "try_again", 3600.0)
    ledger.is_readable = False
    desk = await open_desk()
    await desk.subscribe("amounts.1", "ticks.XNYS")
    frames = [await desk.next(), await desk.next()]
    assert [(f["type"], f.get("topic") or f["data"]["topic"]) for f in frames] == [
        ("error_message", "amounts.1"),
        ("subscribed", "ticks.XNYS"),
    ]


async def test_a_topic_that_was_left_is_not_read_again(ledger, monkeypatch):
    monkeypatch.setattr(LiveConsumer, "try_again", 0.01)
    ledger.is_readable = False
    desk = await open_desk()
    await desk.subscribe("amounts.1")
    await desk.next()
    await desk.say(type="unsubscribe", topics=["amounts.1"])
    await desk.until("unsubscribed")
    await until(lambda: not [task for task in asyncio.all_tasks() if "_catch_up_all" in repr(task)])
    assert await desk.quiet() == []


async def test_a_topic_that_is_left_while_it_is_read_in_vain_is_not_told_of(ledger, monkeypatch):
    reading, is_left = threading.Event(), threading.Event()

    def fail_once_it_is_left():
        reading.set()
        is_left.wait(10)
        raise RuntimeError("the rows cannot be read")

    monkeypatch.setattr(ledger, "_count_read", fail_once_it_is_left)
    desk = await open_desk()
    await desk.subscribe("amounts.1")
    await asyncio.to_thread(reading.wait, 10)
    await desk.say(type="unsubscribe", topics=["amounts.1"])
    await desk.until("unsubscribed")
    is_left.set()
    await until(lambda: not [task for task in asyncio.all_tasks() if "_catch_up_all" in repr(task)])
    assert await desk.quiet() == []


# How it ends.


async def test_a_client_that_goes_leaves_nothing_behind(ledger):
    desk = await open_desk()
    await desk.subscribe("amounts.1")
    await desk.until("subscribed")
    await desk.leave()
    assert hub_here().rooms == {}
    assert hub_here().clients == set()


async def test_when_the_server_stops_its_clients_are_told_to_come_back():
    desk = await open_desk()
    await stop_hub_here()
    assert await desk.closed() == 4000
    await desk.leave()


class Stuck:
    """A client on a socket that takes no more frames while `is_open` is not set."""

    def __init__(self) -> None:
        self.said: asyncio.Queue = asyncio.Queue()
        self.said.put_nowait({"type": "websocket.connect"})
        self.sent: asyncio.Queue = asyncio.Queue()
        self.is_open = asyncio.Event()
        self.is_open.set()
        self.is_stuck = asyncio.Event()
        self.closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def send(self, message: dict) -> None:
        if message["type"] == "websocket.close":
            self.closed.set_result(message["code"])
            return
        if not self.is_open.is_set():
            self.is_stuck.set()
            await self.is_open.wait()
        await self.sent.put(message)

    async def run(self, consumer: type[LiveConsumer] = LiveConsumer) -> None:
        scope = {"type": "websocket", "user": ANN, "query_string": b"subscribe=manual"}
        await consumer()(scope, self.said.get, self.send)

    async def say(self, **frame) -> None:
        await self.said.put({"type": "websocket.receive", "text": json.dumps(frame)})

    async def next(self) -> dict:
        message = await asyncio.wait_for(self.sent.get(), PATIENCE)
        return json.loads(message["text"]) if "text" in message else message

    async def until(self, wanted: Callable[[dict], bool]) -> list[dict]:
        came = []
        while not came or not wanted(came[-1]):
            came.append(await self.next())
        return came

    async def subscribe(self, *topics) -> None:
        """Until all of them are."""
        await self.say(type="subscribe", topics=list(topics))
        for _ in topics:
            await self.until(lambda frame: frame["type"] == "subscribed")

    async def leave(self, task: asyncio.Task) -> None:
        await self.said.put({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(task, PATIENCE)


async def test_a_client_that_wakes_up_has_every_event_and_the_newest_state(ledger, monkeypatch):
    """More events than may wait: the rest is the history's."""
    monkeypatch.setattr(Outlet.__init__, "__defaults__", (LITTLE, PATIENCE))
    stuck = Stuck()
    task = asyncio.create_task(stuck.run())
    await stuck.subscribe("trades.XNYS", "amounts.1")
    stuck.is_open.clear()
    desk = await open_desk()
    await desk.subscribe("trades.XNYS")
    await desk.until("subscribed")
    for amount in range(1, 4):
        await in_thread(ledger.pay, 1, str(amount))
        await in_thread(ledger.trade, "XNYS", EVENTS_WAITING)
    await desk.until(lambda frame: frame["data"].get("number") == 3 * EVENTS_WAITING)
    stuck.is_open.set()
    frames = await stuck.until(lambda frame: frame["data"].get("number") == 3 * EVENTS_WAITING)
    assert numbers(frames) == list(range(1, 3 * EVENTS_WAITING + 1))
    amounts = [frame["data"]["amount"] for frame in frames if frame["type"] == "amount"]
    assert amounts[-1] == 3
    await stuck.leave(task)


async def test_a_client_that_missed_more_than_may_wait_is_told_it_at_its_pace(ledger, monkeypatch):
    monkeypatch.setattr(Outlet.__init__, "__defaults__", (LITTLE, PATIENCE))
    monkeypatch.setattr(Backlog.__init__, "__defaults__", (2, 2))
    monkeypatch.setattr(pieces, "__defaults__", (1000,))
    (first, *_) = await in_thread(ledger.trade, "XNYS", 60)
    stuck = Stuck()
    task = asyncio.create_task(stuck.run())
    await stuck.subscribe({"topic": "trades.XNYS", "cursor": str(first.cursor)})
    frames = await stuck.until(lambda frame: frame["data"].get("number") == 5)
    await in_thread(ledger.trade, "XNYS", 10)
    frames += await stuck.until(lambda frame: frame["data"].get("number") == 70)
    assert numbers(frames) == list(range(2, 71))
    await stuck.leave(task)


async def test_a_topic_that_is_left_while_it_is_told_ends_there(ledger, monkeypatch):
    monkeypatch.setattr(Outlet.__init__, "__defaults__", (LITTLE, PATIENCE))
    monkeypatch.setattr(pieces, "__defaults__", (1,))
    (first, *_) = await in_thread(ledger.trade, "XNYS", 5)
    stuck = Stuck()
    task = asyncio.create_task(stuck.run())
    await stuck.subscribe({"topic": "trades.XNYS", "cursor": str(first.cursor)})
    stuck.is_open.clear()
    await asyncio.wait_for(stuck.is_stuck.wait(), PATIENCE)
    await stuck.say(type="unsubscribe", topics=["trades.XNYS"])
    await until(lambda: hub_here().rooms == {})
    stuck.is_open.set()
    frames = await stuck.until(lambda frame: frame["type"] == "unsubscribed")
    await stuck.say(type="ping")
    frames += await stuck.until(lambda frame: frame["type"] == "pong")
    assert len(numbers(frames)) < 4
    assert [frame["type"] for frame in frames[-2:]] == ["unsubscribed", "pong"]
    await stuck.leave(task)


async def test_a_client_that_does_not_read_holds_up_nobody_and_is_closed_at_last(ledger, monkeypatch, settings):
    monkeypatch.setattr(Outlet.__init__, "__defaults__", (LITTLE, PATIENCE))
    settings.SLOW_CLIENT_SECONDS = 0
    stuck = Stuck()
    task = asyncio.create_task(stuck.run())
    await stuck.subscribe("trades.XNYS")
    stuck.is_open.clear()
    desk = await open_desk()
    await desk.subscribe("trades.XNYS")
    await desk.until("subscribed")
    await in_thread(ledger.trade, "XNYS", 1)
    await asyncio.wait_for(stuck.is_stuck.wait(), PATIENCE)
    await in_thread(ledger.trade, "XNYS", 300)
    assert numbers(await desk.until(lambda frame: frame["data"].get("number") == 301)) == list(range(1, 302))
    assert await asyncio.wait_for(stuck.closed, PATIENCE) == 4008
    assert len(hub_here().rooms["trades.XNYS"].listeners) == 1
    await stuck.say(type="ping")
    await stuck.leave(task)


async def test_a_socket_whose_send_raises_ends_without_a_trace(ledger):
    class Torn(Stuck):
        async def send(self, message):
            if message["type"] == "websocket.send":
                self.is_stuck.set()
                raise ConnectionResetError("the client is gone")

    torn = Torn()
    task = asyncio.create_task(torn.run())
    await asyncio.wait_for(torn.is_stuck.wait(), PATIENCE)
    await torn.said.put({"type": "websocket.disconnect", "code": 1006})
    await asyncio.wait_for(task, PATIENCE)
    assert hub_here().clients == set()


async def test_answers_that_a_client_does_not_read_end_it(ledger, monkeypatch):
    monkeypatch.setattr(Backlog.__init__, "__defaults__", (2, 2))
    stuck = Stuck()
    task = asyncio.create_task(stuck.run())
    await stuck.next()
    await stuck.next()
    stuck.is_open.clear()
    (client,) = hub_here().clients
    client.hold_back()
    await stuck.say(type="subscribe", topics=["nothing", "nothing", "nothing", "amounts.1"])
    assert await asyncio.wait_for(stuck.closed, PATIENCE) == 4008
    assert (hub_here().rooms, hub_here().clients) == ({}, set())
    client.going_away()
    await stuck.leave(task)
