"""The law of delivery: whatever is lost, doubled or late between the history and a client, its fold equals the rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from realtime import line as line_module
from realtime import subscriber as subscriber_module
from realtime.backlog import Backlog, Outgoing
from realtime.catching_up import CatchUp
from realtime.contract import Cursor, Publication
from realtime.history import Found
from realtime.hub import Hub
from realtime.subscriber import Answer, Subscriber, Subscription
from realtime.testing import FakeClock
from realtime.tests.lines import HistoryModel
from realtime.tests.test_subscriber import find

NOW = FakeClock().at


@pytest.fixture(autouse=True, scope="module")
def _little_patience() -> Iterator[None]:
    """So little may wait that the bounds are reached."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subscriber_module, "WAITING_FOR_SNAPSHOT", 2)
        patch.setattr(line_module, "WAITING", 3)
        yield


@dataclass
class Browser:
    """Folds the frames as docs/protocol.md has it, and complains where they do not follow."""

    is_event: bool
    values: list[int] = field(default_factory=list)
    cursor: Cursor | None = None
    errors: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        frame = json.loads(text)
        kind = frame["type"]
        if kind == "subscribed":
            self._begin(frame["data"])
        elif kind == "t":
            self._fold(frame)
        elif kind == "error_message":
            self.errors.append(text)

    def _begin(self, data: dict) -> None:
        self.begun = Cursor(data["epoch"], data["offset"])
        if not data["recovered"]:
            self.cursor = self.begun
            self.values = []

    def _fold(self, frame: dict) -> None:
        at = Cursor(frame.get("epoch", ""), frame.get("offset", 0))
        if frame.get("snapshot"):
            assert at == self.begun
        elif self.is_event:
            assert self.cursor is not None
            assert at.epoch == self.cursor.epoch or not self.cursor.epoch
            assert at.offset == self.cursor.offset + 1, "each event once, in order"
        else:
            assert self.cursor is None or at != self.cursor
        value = frame["data"]["value"]
        self.values = [*self.values, value] if self.is_event else [value]
        self.cursor = at


class Client:
    """What the consumer is, without a socket and step by step: `reading` is what it is being caught up with."""

    def __init__(self, browser: Browser, hub: Hub) -> None:
        self.browser, self.hub = browser, hub
        self.subscriber = Subscriber(find)
        self.backlog = Backlog()
        self.reading: dict[Subscription, CatchUp | None] = {}

    def say(self, **frame) -> None:
        self.follow(self.subscriber.receive(json.dumps(frame), NOW))

    def follow(self, answer: Answer) -> None:
        self.write(answer.frames)
        for left in answer.left:
            self.hub.leave(left)
        for joined in answer.joined:
            self.hub.join(joined, self)
            self.reading[joined] = None

    def caught_up(self, subscription: Subscription, found: CatchUp) -> None:
        self.write(self.subscriber.caught_up(subscription, found.cursor, found.recovered, found.loss, found.texts))
        self.hub.found_at(subscription, found.cursor)

    def pass_on(self, subscription: Subscription, publication: Publication) -> None:
        frames = self.subscriber.publication(subscription, publication)
        if frames is None:
            self.read_anew(subscription)
        else:
            self.write(frames)

    def read_anew(self, subscription: Subscription) -> None:
        self.follow(Answer(left=[subscription], joined=[self.subscriber.again(subscription)]))

    def going_away(self) -> None:
        for subscription in self.subscriber.subscriptions.values():
            self.hub.leave(subscription)

    def write(self, frames: Sequence[Outgoing]) -> None:
        for outgoing in frames:
            self.backlog.add(outgoing)

    def send(self) -> None:
        for text in self.backlog.take():
            self.browser.take(text)


class DeliveryMachine(RuleBasedStateMachine):
    """One topic, the real hub, some clients. Reads and looks take time: what they found is told later."""

    clients_now = st.integers(0, 2)

    @initialize(every_one_counts=st.booleans())
    def begin(self, every_one_counts):
        self.topic = "e.1" if every_one_counts else "s.1"
        self.history = HistoryModel(every_one_counts, self.topic)
        self.hub = Hub()
        self.nudges: list[Publication] = []
        self.looking: tuple[dict[str, Cursor], dict[str, Found]] | None = None
        self.published = 0
        self.clients = [Client(Browser(every_one_counts), self.hub) for _ in range(3)]

    # What happens to the data.

    @rule()
    def publish(self):
        self.published += 1
        self.nudges.append(self.history.publish(self.published))

    @precondition(lambda self: self.nudges)
    @rule(data=st.data(), twice=st.booleans())
    def nudge(self, data, twice):
        at = data.draw(st.integers(0, len(self.nudges) - 1))
        self.hub.hear([self.nudges[at] if twice else self.nudges.pop(at)])

    @rule()
    def nudges_are_lost(self):
        self.nudges.clear()

    @rule(keep=st.integers(0, 2))
    def trim(self, keep):
        self.history.trim(keep)

    @precondition(lambda self: all(cursor.epoch for cursor in self._cursors_in_play()))
    @rule()
    def begin_anew(self):
        """The topic's line was lost and begins a new life; its rows were not. Nudges of the old life may still come."""
        self.history.begin_anew()
        self.publish()

    # What the hub does.

    @rule()
    def look(self):
        cursors = self.hub.standing()
        found = {topic: self.history.beyond(cursor) for topic, cursor in cursors.items()}
        self.looking = (cursors, {topic: one for topic, one in found.items() if one is not None})

    @precondition(lambda self: self.looking is not None)
    @rule()
    def compare(self):
        cursors, found = self.looking
        self.looking = None
        self.hub.compare(cursors, found)

    # What the clients do.

    @rule(who=clients_now)
    def subscribe(self, who):
        """With the cursor of what was received; a client reads what was sent before it asks again."""
        self.send(who)
        wish = {"topic": self.topic}
        if self.clients[who].browser.cursor is not None:
            wish["cursor"] = str(self.clients[who].browser.cursor)
        self.clients[who].say(type="subscribe", topics=[wish])

    @rule(who=clients_now)
    def unsubscribe(self, who):
        client = self.clients[who]
        client.say(type="unsubscribe", topics=[self.topic])
        client.send()
        client.browser.values, client.browser.cursor = [], None

    @rule(who=clients_now)
    def lose_the_socket(self, who):
        """What was not sent is lost; the browser keeps what it has, and its cursor."""
        client = self.clients[who]
        client.going_away()
        self.clients[who] = Client(client.browser, self.hub)

    @rule(who=clients_now)
    def read(self, who):
        for subscription, found in self.clients[who].reading.items():
            if found is None:
                self.clients[who].reading[subscription] = self.history.catch_up(subscription.wanted)

    @rule(who=clients_now)
    def tell(self, who):
        client = self.clients[who]
        for subscription, found in list(client.reading.items()):
            if found is not None:
                del client.reading[subscription]
                client.caught_up(subscription, found)

    @rule(who=clients_now)
    def join_at_once(self, who):
        self.subscribe(who)
        self.read(who)
        self.tell(who)
        self.send(who)

    @rule(who=clients_now, published=st.integers(0, 4), keep=st.integers(0, 4))
    def be_away(self, who, published, keep):
        self.lose_the_socket(who)
        for _ in range(published):
            self.publish()
        self.trim(keep)
        self.join_at_once(who)

    @rule(who=clients_now, published=st.integers(1, 4))
    def be_read_slowly(self, who, published):
        """Much is published and nudged between a read and its telling."""
        self.subscribe(who)
        self.read(who)
        for _ in range(published):
            self.publish()
            self.hub.hear([self.nudges.pop()])
        self.tell(who)

    @rule(who=clients_now)
    def send(self, who):
        self.clients[who].send()

    def teardown(self):
        """A moment later all is read, looked up and sent: every client shows the rows."""
        if not hasattr(self, "hub"):
            return
        for _ in range(6):
            self._a_moment()
        for client in self.clients:
            client.send()
            assert client.browser.errors == []
            if client.subscriber.subscriptions:
                assert client.browser.values[-len(self.history.shown()) :] == self.history.shown()
        self.hub.pool.close()

    def _cursors_in_play(self) -> list[Cursor]:
        read = [found.cursor for client in self.clients for found in client.reading.values() if found is not None]
        held = [client.browser.cursor for client in self.clients if client.browser.cursor is not None]
        return [self.history.top, *self.hub.standing().values(), *read, *held]

    def _a_moment(self):
        for who in range(3):
            self.read(who)
            self.tell(who)
        if self.looking is not None:
            self.compare()
        self.look()
        self.compare()


TestDeliveryMachine = DeliveryMachine.TestCase
TestDeliveryMachine.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
