"""How many frames a client may send."""

from __future__ import annotations

from datetime import timedelta

from realtime.allowance import Allowance
from realtime.testing import FakeClock


def test_a_burst_is_allowed_and_no_more():
    clock = FakeClock()
    allowance = Allowance(clock(), rate=2.0, burst=3.0)
    assert [allowance.spend(clock()) for _ in range(5)] == [True, True, True, False, False]


def test_the_bucket_fills_with_time():
    clock = FakeClock()
    allowance = Allowance(clock(), rate=2.0, burst=3.0)
    for _ in range(3):
        allowance.spend(clock())
    assert [allowance.spend(clock.advance(0.5)) for _ in range(10)] == [True] * 10


def test_it_never_holds_more_than_the_burst():
    clock = FakeClock()
    allowance = Allowance(clock(), rate=2.0, burst=3.0)
    clock.advance(3600)
    assert [allowance.spend(clock()) for _ in range(4)] == [True, True, True, False]


def test_a_clock_that_goes_back_gives_nothing():
    clock = FakeClock()
    allowance = Allowance(clock(), rate=1.0, burst=1.0)
    assert allowance.spend(clock())
    assert not allowance.spend(clock() - timedelta(hours=1))
