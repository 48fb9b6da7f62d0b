"""The law of delivery: whatever is lost, doubled or late between the history and a client, its fold equals the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from realtime import backlog as backlog_module
from realtime import line as line_module
from realtime import outlet as outlet_module
from realtime import subscriber as subscriber_module
from realtime.catching_up import CatchUp
from realtime.client import Client
from realtime.codes import CloseCode
from realtime.contract import Cursor, Publication
from realtime.history import Found
from realtime.hub import Hub
from realtime.outlet import Outlet
from realtime.subscriber import Subscriber, Subscription
from realtime.testing import FakeClock
from realtime.tests.browsers import Browser, SlowTime, Wire
from realtime.tests.lines import HistoryModel
from realtime.tests.test_subscriber import find

NOW = FakeClock().at
UNREAD = 300
PATIENCE = 10.0
EVENTS, STATE = "e.1", "s.1"


@pytest.fixture(autouse=True, scope="module")
def _little_patience() -> Iterator[None]:
    """So little may wait that the bounds are reached, and so little is a piece that there are many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subscriber_module, "WAITING_FOR_SNAPSHOT", 2)
        patch.setattr(line_module, "WAITING", 3)
        patch.setattr(backlog_module.Backlog.__init__, "__defaults__", (2, 4096))
        patch.setattr(outlet_module.pieces, "__defaults__", (100,))
        yield


class Socket:
    """A browser, its wire, and the client that the process keeps for it. What the consumer's tasks do is done step by step."""

    def __init__(self, browser: Browser, hub: Hub, clock: SlowTime) -> None:
        self.browser, self.time, self.wire = browser, clock.time, Wire()
        self.client = Client(hub, Subscriber(find), Outlet(self.wire, unread=UNREAD, patience=PATIENCE), self)
        self.reading: dict[Subscription, CatchUp | Iterator[None] | None] = {}
        self.closed: CloseCode | None = None

    # As the client's shell.

    def begin_reading(self, joined: Sequence[Subscription]) -> None:
        self.reading |= dict.fromkeys(joined)

    def flows(self) -> None:
        """It is looked up at each step."""

    def close_with(self, code: CloseCode) -> None:
        assert self.closed is None
        self.closed = code

    # As the consumer's tasks.

    def read(self, histories: dict[str, HistoryModel]) -> None:
        for subscription, at in list(self.reading.items()):
            if at is None and not self.client.waits_for(subscription):
                del self.reading[subscription]
            elif at is None and not self.client.is_held:
                self.reading[subscription] = histories[subscription.topic].catch_up(subscription.wanted)

    def tell(self) -> None:
        """One piece of each."""
        for subscription, at in list(self.reading.items()):
            telling = self.client.found(subscription, at) if isinstance(at, CatchUp) else at
            self.reading[subscription] = telling
            if isinstance(at, CatchUp):
                next(telling, None)
            if telling is not None and not self.client.is_held and next(telling, self) is self:
                del self.reading[subscription]

    # As the browser.

    def say(self, **frame) -> None:
        if not self.client.has_ended:
            self.client.receive(json.dumps(frame), NOW)

    def subscribe(self, topic: str) -> None:
        place, wish = self.browser.topics[topic].place, {"topic": topic}
        if place is not None:
            wish["cursor"] = str(place)
        self.say(type="subscribe", topics=[wish])

    def receive(self) -> None:
        for text in self.wire.read():
            self.browser.take(text)


class DeliveryMachine(RuleBasedStateMachine):
    """Two topics, the real hub, some clients. Reads and looks take time: what they found is told later."""

    who = st.integers(0, 2)
    topic = st.sampled_from([EVENTS, STATE])

    @initialize()
    def begin(self):
        self.histories = {topic: HistoryModel(topic == EVENTS, topic) for topic in (EVENTS, STATE)}
        self.clock = SlowTime()
        self.hub = Hub(self.clock)
        self.nudges: list[Publication] = []
        self.looking: tuple[dict[str, Cursor], dict[str, Found]] | None = None
        self.published = 0
        self.sockets = [Socket(Browser(EVENTS, STATE), self.hub, self.clock) for _ in range(3)]

    # What happens to the data.

    @rule(topic=topic)
    def publish(self, topic):
        self.published += 1
        self.nudges.append(self.histories[topic].publish(self.published))

    @precondition(lambda self: self.nudges)
    @rule(data=st.data(), twice=st.booleans())
    def nudge(self, data, twice):
        at = data.draw(st.integers(0, len(self.nudges) - 1))
        self.hub.hear([self.nudges[at] if twice else self.nudges.pop(at)])

    @rule(topic=topic, count=st.integers(1, 6))
    def publish_and_nudge(self, topic, count):
        for _ in range(count):
            self.publish(topic)
        self.hub.hear(self.nudges[-count:])

    @rule()
    def nudges_are_lost(self):
        self.nudges.clear()

    @rule(keep=st.integers(0, 2))
    def trim(self, keep):
        self.histories[EVENTS].trim(keep)

    @rule(topic=topic)
    def begin_anew(self, topic):
        """The topic's line was lost and begins a new life; its rows were not. Nudges of the old life may still come."""
        if all(cursor.epoch for cursor in self._cursors_in_play(topic)):
            self.histories[topic].begin_anew()
            self.publish(topic)

    # What the hub does.

    @rule()
    def look(self):
        cursors = self.hub.standing()
        found = {topic: self.histories[topic].beyond(cursor) for topic, cursor in cursors.items()}
        self.looking = (cursors, {topic: one for topic, one in found.items() if one is not None})

    @precondition(lambda self: self.looking is not None)
    @rule()
    def compare(self):
        cursors, found = self.looking
        self.looking = None
        self.hub.compare(cursors, found)

    @rule()
    def a_tick_passes(self):
        self.clock.pass_by(0.005)

    @rule(seconds=st.sampled_from([0.05, 0.05, PATIENCE]))
    def relieve(self, seconds):
        self.clock.pass_by(seconds)
        self.hub.relieve()

    # What the clients do.

    @rule(who=who, topic=topic)
    def subscribe(self, who, topic):
        """With the cursor of what was received; a client reads what was sent before it asks again."""
        self.receive_all(who)
        self.sockets[who].subscribe(topic)

    @rule(who=who, topic=topic)
    def unsubscribe(self, who, topic):
        self.sockets[who].say(type="unsubscribe", topics=[topic])

    @rule(who=who)
    def lose_the_socket(self, who):
        """What was not read is lost; the browser keeps what it has, and its cursors, and comes back."""
        before = self.sockets[who]
        before.client.leave()
        before.browser.lose_the_socket()
        self.sockets[who] = Socket(before.browser, self.hub, self.clock)

    @rule(who=who)
    def read(self, who):
        self.sockets[who].read(self.histories)

    @rule(who=who)
    def tell(self, who):
        self.sockets[who].tell()

    @rule(who=who)
    def receive(self, who):
        self.sockets[who].receive()

    @rule(who=who)
    def receive_all(self, who):
        """Until nothing more comes by itself."""
        for _ in range(2):
            self.receive(who)
            self.relieve(0.05)
        self.receive(who)

    @rule(who=who, topic=topic)
    def join_at_once(self, who, topic):
        self.subscribe(who, topic)
        self.read(who)
        for _ in range(4):
            self.tell(who)
        self.receive(who)

    @rule(who=who, published=st.integers(0, 4), keep=st.integers(0, 4))
    def be_away(self, who, published, keep):
        self.lose_the_socket(who)
        for _ in range(published):
            self.publish(EVENTS)
        self.trim(keep)
        self.join_at_once(who, EVENTS)

    @rule(who=who, topic=topic, published=st.integers(1, 4))
    def be_read_slowly(self, who, topic, published):
        """Much is published and nudged between a read and its telling."""
        self.subscribe(who, topic)
        self.read(who)
        self.publish_and_nudge(topic, published)
        self.tell(who)

    @rule(who=who, topic=topic, published=st.integers(2, 4))
    def join_within_a_tick(self, who, topic, published):
        """What the tick has pending for others, the newcomer was shown already."""
        self.subscribe(who, topic)
        self.publish_and_nudge(topic, published)
        self.read(who)
        for _ in range(4):
            self.tell(who)
        self.a_tick_passes()
        self.receive(who)

    @rule(who=who, topic=topic, published=st.integers(2, 4))
    def leave_within_a_tick(self, who, topic, published):
        self.publish_and_nudge(topic, published)
        self.unsubscribe(who, topic)
        self.receive_all(who)

    def teardown(self):
        """A while later all is read, looked up and received: every client shows the rows."""
        if not hasattr(self, "hub"):
            return
        for who, socket in enumerate(self.sockets):
            if socket.client.has_ended:
                assert socket.closed is CloseCode.TOO_SLOW
                self.lose_the_socket(who)
        for _ in range(2 + self.published):
            self._a_moment()
        for socket in self.sockets:
            self._shows_the_rows(socket)
        assert not self.hub._held
        self._leave_nothing_behind()

    def _shows_the_rows(self, socket: Socket) -> None:
        for topic, subscription in socket.client.subscriber.subscriptions.items():
            shown = self.histories[topic].shown()
            assert socket.browser.topics[topic].values[-len(shown) :] == shown
            assert subscription in self.hub.rooms[topic].listeners

    def _leave_nothing_behind(self) -> None:
        for socket in self.sockets:
            socket.client.leave()
        assert (self.hub.rooms, self.hub.clients) == ({}, set())
        self.hub.pool.close()

    def _cursors_in_play(self, topic: str) -> list[Cursor]:
        folded = [socket.browser.topics[topic] for socket in self.sockets]
        held = [cursor for one in folded for cursor in (one.cursor, one.begun) if cursor is not None]
        read = [
            at.cursor if isinstance(at, CatchUp) else Cursor("", 0)
            for socket in self.sockets
            for subscription, at in socket.reading.items()
            if subscription.topic == topic and at is not None
        ]
        line = [self.hub.standing()[topic]] if topic in self.hub.standing() else []
        return [self.histories[topic].top, *line, *read, *held]

    def _a_moment(self):
        for who in range(3):
            self.read(who)
            self.tell(who)
            self.receive(who)
        self.relieve(1.0)
        if self.looking is not None:
            self.compare()
        self.look()
        self.compare()


TestDeliveryMachine = DeliveryMachine.TestCase
TestDeliveryMachine.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, report_multiple_bugs=False
)
