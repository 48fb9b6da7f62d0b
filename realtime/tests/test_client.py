"""One client without a socket; what happens to many of them in any order is in the laws of delivery."""

from __future__ import annotations

import pytest

from realtime.catching_up import CatchUp
from realtime.client import Client
from realtime.codes import CloseCode
from realtime.contract import Cursor
from realtime.hub import Hub
from realtime.outlet import Outlet
from realtime.subscriber import Subscriber
from realtime.testing import FakeClock
from realtime.tests.browsers import SlowTime, Wire
from realtime.tests.lines import make_publication
from realtime.tests.test_subscriber import find

SUBSCRIBE = '{"type": "subscribe", "topics": ["e.1"]}'


class Shell:
    def __init__(self) -> None:
        self.time = SlowTime().time
        self.reading, self.closed = [], []

    def begin_reading(self, joined):
        self.reading += joined

    def flows(self):
        """It is looked up."""

    def close_with(self, code):
        self.closed.append(code)


@pytest.fixture
def hub():
    made = Hub(SlowTime())
    yield made
    made.pool.close()


def make_client(hub) -> tuple[Client, Wire, Shell]:
    wire, shell = Wire(), Shell()
    return Client(hub, Subscriber(find), Outlet(wire), shell), wire, shell


def test_what_waited_with_a_gap_in_it_is_read_anew_once(hub):
    client, wire, shell = make_client(hub)
    client.receive(SUBSCRIBE, FakeClock().at)
    hub.hear([make_publication(offset, topic="e.1") for offset in (1, 3, 4)])
    (subscription,) = shell.reading
    for offset in (1, 3, 4):
        client.pass_on(subscription, make_publication(offset, topic="e.1"))
    for _ in client.found(subscription, CatchUp(Cursor("e1", 0), True, "", [])):
        """Nothing is to be told."""
    assert len(wire.read()) == 2
    first, again = shell.reading
    assert (again.wanted, list(hub.rooms["e.1"].listeners)) == (Cursor("e1", 1), [again])
    assert first is subscription


def test_one_that_has_ended_is_closed_once_and_told_nothing(hub):
    client, wire, shell = make_client(hub)
    client.receive(SUBSCRIBE, FakeClock().at)
    client.end(CloseCode.FLOODING)
    client.going_away()
    (subscription,) = shell.reading
    for _ in client.found(subscription, CatchUp(Cursor("e1", 1), False, "", ["snapshot"])):
        """It has no time for it."""
    client.read_anew(subscription)
    client.receive(SUBSCRIBE, FakeClock().at)
    assert (wire.read(), shell.closed, shell.reading) == ([], [CloseCode.FLOODING], [subscription])
    assert (hub.rooms, hub.clients) == ({}, set())
