"""The law of delivery: whatever is lost, doubled or late between the history and a client, its fold equals the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from realtime import backlog as backlog_module
from realtime import line as line_module
from realtime import subscriber as subscriber_module
from realtime.backlog import Outgoing
from realtime.catching_up import CatchUp
from realtime.contract import Cursor, Publication
from realtime.frames import Ready
from realtime.history import Found
from realtime.hub import Hub
from realtime.outlet import Outlet, Relief
from realtime.subscriber import Answer, Subscriber, Subscription
from realtime.testing import FakeClock
from realtime.tests.lines import HistoryModel
from realtime.tests.test_subscriber import find

NOW = FakeClock().at
UNREAD = 300
FOR_EVER = float("inf")


@pytest.fixture(autouse=True, scope="module")
def _little_patience() -> Iterator[None]:
    """So little may wait that the bounds are reached."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subscriber_module, "WAITING_FOR_SNAPSHOT", 2)
        patch.setattr(line_module, "WAITING", 3)
        patch.setattr(backlog_module.Backlog.__init__, "__defaults__", (2, 4096))
        yield


@dataclass
class Browser:
    """Folds the frames as docs/protocol.md has it, and complains where they do not follow."""

    is_event: bool
    values: list[int] = field(default_factory=list)
    cursor: Cursor | None = None
    is_in_snapshot: bool = False
    errors: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        frame = json.loads(text)
        kind = frame["type"]
        if kind == "subscribed":
            self._begin(frame["data"])
        elif kind == "unsubscribed":
            self.values, self.cursor = [], None
        elif kind == "t":
            self._fold(frame)
        elif kind == "error_message":
            self.errors.append(text)

    def lose_the_socket(self) -> None:
        """What may be half a snapshot counts for nothing."""
        if self.is_in_snapshot:
            self.cursor = None

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
        self.is_in_snapshot = frame.get("snapshot", False)
        value = frame["data"]["value"]
        self.values = [*self.values, value] if self.is_event else [value]
        self.cursor = at


class Wire:
    """A writer whose client reads when it is told to."""

    def __init__(self) -> None:
        self.unread: list[str] = []

    def write(self, ready: Ready) -> int:
        self.unread.extend(ready.texts)
        return self.buffered()

    def buffered(self) -> int:
        return sum(map(len, self.unread))

    async def run(self) -> None:
        """Nothing is needed beside it."""


class SlowTime:
    """The loop's clock for rooms: what was put off happens when the time is moved."""

    def __init__(self) -> None:
        self.now = 0.0
        self.later: list[tuple[float, Callable[[], object]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], object]) -> None:
        self.later.append((when, callback))

    def pass_by(self, seconds: float) -> None:
        self.now += seconds
        due = [callback for when, callback in self.later if when <= self.now]
        self.later = [(when, callback) for when, callback in self.later if when > self.now]
        for callback in due:
            callback()


class Client:
    """What the consumer is, without a socket and step by step: `reading` is what it is being caught up with."""

    def __init__(self, browser: Browser, hub: Hub, clock: SlowTime) -> None:
        self.browser, self.hub, self.clock = browser, hub, clock
        self.subscriber = Subscriber(find)
        self.wire = Wire()
        self.outlet = Outlet(self.wire, unread=UNREAD, patience=FOR_EVER)
        self.reading: dict[Subscription, CatchUp | None] = {}
        self.is_gone = False

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

    # As LiveConsumer has it.

    @property
    def is_held(self) -> bool:
        return self.outlet.is_held

    @property
    def pour(self) -> Callable[[Ready], int]:
        return self.wire.write

    def overflows(self, buffered: int) -> bool:
        return self.outlet.overflows(buffered)

    def pass_on(self, subscription: Subscription, publication: Publication) -> None:
        if subscription.is_missing and self.is_held:
            return
        before = subscription.cursor
        frames = self.subscriber.publication(subscription, publication)
        if frames is None:
            self.read_anew(subscription)
        elif not all(self.put(outgoing) for outgoing in frames):
            subscription.cursor, subscription.is_missing = before, True

    def hold_back(self) -> None:
        self.outlet.hold(self.clock.time())
        self.hub.hold_back(self, self.subscriber.subscriptions.values())

    def relieve(self) -> bool:
        relief = self.outlet.relieve(self.clock.time())
        if relief is Relief.FLOWS:
            for subscription in list(self.subscriber.subscriptions.values()):
                if subscription.is_missing and subscription.cursor is not None:
                    self.read_anew(subscription)
        return relief is not Relief.WAITS

    def read_anew(self, subscription: Subscription) -> None:
        self.hub.leave(subscription)
        self.follow(Answer(joined=[self.subscriber.again(subscription)]))

    def going_away(self) -> None:
        self.is_gone = True
        self.hub.forget(self)
        for subscription in self.subscriber.subscriptions.values():
            self.hub.leave(subscription)

    def write(self, frames: Sequence[Outgoing]) -> None:
        for outgoing in frames:
            self.put(outgoing)

    def put(self, outgoing: Outgoing) -> bool:
        was_held = self.outlet.is_held
        kept = self.outlet.write(outgoing, self.clock.time())
        if self.outlet.is_held and not was_held:
            self.hold_back()
        return kept

    def send(self) -> None:
        """The client reads what was sent."""
        texts, self.wire.unread = self.wire.unread, []
        for text in texts:
            self.browser.take(text)


class DeliveryMachine(RuleBasedStateMachine):
    """One topic, the real hub, some clients. Reads and looks take time: what they found is told later."""

    clients_now = st.integers(0, 2)

    @initialize(every_one_counts=st.booleans())
    def begin(self, every_one_counts):
        self.topic = "e.1" if every_one_counts else "s.1"
        self.history = HistoryModel(every_one_counts, self.topic)
        self.clock = SlowTime()
        self.hub = Hub(self.clock)
        self.nudges: list[Publication] = []
        self.looking: tuple[dict[str, Cursor], dict[str, Found]] | None = None
        self.published = 0
        self.clients = [Client(Browser(every_one_counts), self.hub, self.clock) for _ in range(3)]

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
        self.clock.pass_by(1.0)
        self.send(who)
        self.hub.relieve()
        self.send(who)
        wish = {"topic": self.topic}
        if self.clients[who].browser.cursor is not None:
            wish["cursor"] = str(self.clients[who].browser.cursor)
        self.clients[who].say(type="subscribe", topics=[wish])

    @rule(who=clients_now)
    def unsubscribe(self, who):
        self.clients[who].say(type="unsubscribe", topics=[self.topic])

    @rule(who=clients_now)
    def lose_the_socket(self, who):
        """What was not sent is lost; the browser keeps what it has, and its cursor."""
        client = self.clients[who]
        client.going_away()
        client.browser.lose_the_socket()
        self.clients[who] = Client(client.browser, self.hub, self.clock)

    @rule()
    def a_tick_passes(self):
        self.clock.pass_by(0.005)

    @rule()
    def relieve(self):
        self.hub.relieve()

    @rule(who=clients_now)
    def read(self, who):
        if self.clients[who].is_held:
            return
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
        for _ in range(10):
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
            self.send(who)
        self.clock.pass_by(1.0)
        self.hub.relieve()
        if self.looking is not None:
            self.compare()
        self.look()
        self.compare()


TestDeliveryMachine = DeliveryMachine.TestCase
TestDeliveryMachine.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, report_multiple_bugs=False
)
