"""What tests of features use must itself be able to fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from realtime import features
from realtime.contract import Cursor
from realtime.models import StoredPublication, Topic
from realtime.publisher import publish
from realtime.testing import FakeClock, SubscriberDriver, assert_live_parity, in_thread
from realtime.tests.ledger import OPEN, Somebody

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Somebody()


def kinds(frames) -> list[str]:
    return [frame["type"] for frame in frames]


def test_the_clock_stands_still_until_it_is_moved():
    clock = FakeClock(OPEN)
    assert clock() == clock() == OPEN
    assert clock.advance(1.5) == clock() == clock.at == OPEN + timedelta(seconds=1.5)


async def test_in_thread_gives_back_its_connection(ledger):
    assert await in_thread(Topic.objects.count) == 0

    def opened():
        connection.ensure_connection()
        return connections["default"]

    assert (await in_thread(opened)).connection is None


# The driver.


def test_the_driver_shows_what_a_client_is_sent(ledger):
    ledger.pay(1, "1.50")
    driver = SubscriberDriver(ANN)
    assert kinds(driver.subscribe("amounts.1")) == ["subscribed", "amount"]
    ledger.pay(1, "2.50")
    ledger.trade("XNYS")
    (amount,) = driver.hear()
    assert amount["data"] == {"account_id": 1, "amount": "2.50"}
    assert driver.hear() == []
    assert driver.cursor("amounts.1").offset == 2
    assert driver.cursor("trades.XNYS") is None
    assert kinds(driver.say({"type": "ping"})) == ["pong"]
    assert kinds(driver.frames) == ["subscribed", "amount", "amount", "pong"]


def test_the_driver_is_refused_what_is_not_its_users(ledger):
    driver = SubscriberDriver(ANN)
    assert kinds(driver.subscribe("amounts.2")) == kinds(driver.subscribe("nothing")) == ["error_message"]
    assert driver.hear() == []


def test_the_driver_recovers_by_cursor_and_reads_anew_after_a_loss(ledger):
    first, *_ = ledger.trade("XNYS", 3)
    driver = SubscriberDriver(ANN)
    frames = driver.subscribe("trades.XNYS", first.cursor)
    assert kinds(frames) == ["subscribed", "trade", "trade"]
    ledger.trade("XNYS", 3)
    StoredPublication.objects.filter(offset__lt=6).delete()
    assert kinds(driver.hear()) == ["subscribed", "reset", *["trade"] * 6]
    Topic.objects.all().delete()
    ledger.trade("XNYS")
    assert kinds(driver.hear())[:2] == ["subscribed", "reset"]
    assert driver.cursor("trades.XNYS") == Cursor(Topic.objects.get().epoch, 1)


# The law.


@pytest.mark.parametrize("before", [0, 1])
def test_parity_of_a_state(ledger, before):
    for _ in range(before):
        ledger.pay(1, "1")
    assert_live_parity("amounts", {"account_id": 1}, lambda: ledger.pay(1, "2"))


@pytest.mark.parametrize("before", [0, 2, 389, 400])
def test_parity_of_events(ledger, before):
    if before:
        ledger.trade("XNYS", before)
    assert_live_parity(features.stream("trades"), {"venue": "XNYS"}, lambda: ledger.trade("XNYS", 3))


def test_parity_fails_where_nothing_was_published(ledger):
    with pytest.raises(AssertionError, match="published nothing"):
        assert_live_parity("amounts", {"account_id": 1}, lambda: ledger.amounts.update({1: 1}))


def test_parity_fails_where_nothing_changed(ledger):
    ledger.pay(1, "1")
    with pytest.raises(AssertionError, match="changed nothing"):
        assert_live_parity("amounts", {"account_id": 1}, lambda: ledger.pay(1, "1"))


def test_parity_fails_where_what_was_told_is_not_what_is_shown(ledger):
    def change() -> None:
        ledger.pay(1, "1")
        ledger.amounts[1] = 2

    with pytest.raises(AssertionError, match="live shows"):
        assert_live_parity("amounts", {"account_id": 1}, change)


def test_parity_fails_where_a_row_of_many_was_not_told(ledger):
    def change() -> None:
        ledger.trades["XNYS"] = 2
        with transaction.atomic():
            publish("trades", [{"venue": "XNYS", "number": 2}])

    with pytest.raises(AssertionError, match="live shows"):
        assert_live_parity("trades", {"venue": "XNYS"}, change)


def test_parity_tells_digits_apart(ledger):
    ledger.pay(1, "1.5")
    assert_live_parity("amounts", {"account_id": 1}, lambda: ledger.pay(1, "1.50"))


def test_a_volatile_stream_has_no_state(ledger):
    with pytest.raises(AssertionError, match="VOLATILE"):
        assert_live_parity("ticks", {"venue": "XNYS"}, lambda: None)
