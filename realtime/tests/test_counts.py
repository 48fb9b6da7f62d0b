"""Plain counters, and that each place counts what it should: once for a flush, whatever the number of sockets."""

from __future__ import annotations

import pytest

from realtime import counts as counts_module
from realtime.backlog import Backlog, Outgoing, Weight
from realtime.counts import Counts, Histogram
from realtime.frames import Ready
from realtime.outlet import Outlet
from realtime.tests.lines import make_publication

MODULES = ("consumer", "hub", "outlet", "publisher", "room")


@pytest.fixture
def counts(monkeypatch):
    made = Counts()
    for name in MODULES:
        monkeypatch.setattr(f"realtime.{name}.counts", made)
    return made


class Taker:
    """A writer whose client reads at once."""

    def write(self, ready: Ready) -> int:
        return 0

    def buffered(self) -> int:
        return 0


def test_a_histogram_counts_by_upper_bound():
    histogram = Histogram((1.0, 2.0))
    for value in (0.5, 1.0, 1.5, 9.0):
        histogram.observe(value)
    histogram.observe(2.0, times=3)
    assert histogram.counts == [2, 4, 1]
    assert histogram.total == 18.0


def test_sockets_come_and_go():
    counts = Counts()
    counts.open("SendWriter")
    counts.open("SendWriter")
    counts.close("SendWriter", 12.0)
    assert (counts.opened, counts.open_by_writer) == ({"SendWriter": 2}, {"SendWriter": 1})
    assert sum(counts.stays.counts) == 1


def test_a_flush_counts_every_delivery_and_its_latency_where_the_time_is_known():
    counts = Counts()
    counts.flushed(3, 100, told_at=50.0, now=50.004)
    counts.flushed(1, 100, told_at=0.0, now=50.0)
    counts.flushed(1, 0, told_at=50.0, now=51.0)
    assert counts.delivered == 400
    assert sum(counts.latency.counts) == 100
    assert counts.latency.counts[counts_module.LATENCIES.index(0.005)] == 100


def test_a_clock_that_is_behind_makes_no_negative_latency():
    counts = Counts()
    counts.flushed(1, 1, told_at=50.0, now=49.0)
    assert counts.latency.total == 0.0


def test_a_replaced_state_and_an_event_too_many_are_counted_as_dropped(counts):
    outlet = Outlet(Taker())
    outlet._backlog = Backlog(events=1)
    outlet.hold(0.0)
    for _ in range(3):
        assert outlet.write(Outgoing("x", Weight.STATE, "t"), 0.0)
    assert outlet.write(Outgoing("x", Weight.EVENT, "e"), 0.0)
    assert not outlet.write(Outgoing("x", Weight.EVENT, "e"), 0.0)
    assert counts.dropped == {"conflated": 2, "overflow": 1}


def test_what_goes_to_one_client_alone_is_counted(counts):
    outlet = Outlet(Taker())
    outlet.send(["a", "b"], 0.0)
    outlet.write(Outgoing("c"), 0.0)
    assert counts.delivered == 3


async def test_the_hub_counts_what_it_hears_and_from_when_it_is(counts, hub):
    hub.hear([make_publication(1), make_publication(2)], 1234.5)
    assert (counts.nudges, counts.heard, counts.told_at) == (1, 2, 0.0)


@pytest.mark.django_db(transaction=True)
def test_what_is_published_is_counted_once_it_is_committed(counts, ledger, sent):
    ledger.trade("XNYS", 3)
    ledger.pay(1, "1")
    assert counts.published == {"trades": 3, "amounts": 1}
