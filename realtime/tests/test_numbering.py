"""Offsets follow the order of commits, whoever asks first and however the transactions race."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from realtime import history
from realtime.numbering import batches, take_offsets
from realtime.publisher import publish

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 10.0


def test_batches():
    assert [list(some) for some in batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert list(batches([], 2)) == []


def test_offsets_are_taken_by_topic():
    with transaction.atomic():
        first = take_offsets({"b": 2, "a": 1})
        again = take_offsets({"b": 3})
        assert take_offsets({}) == {}
    assert {name: line.top for name, line in first.items()} == {"a": 1, "b": 2}
    assert (again["b"].id, again["b"].epoch, again["b"].top) == (first["b"].id, first["b"].epoch, 5)


class Race:
    """Two transactions in threads of their own; the first is held before its commit."""

    def __init__(self, ledger) -> None:
        self.ledger = ledger
        self.first_has_its_number, self.may_commit = threading.Event(), threading.Event()
        self.numbered: list[str] = []

    def first(self) -> int:
        try:
            with transaction.atomic():
                self.ledger.amounts[1] = 1
                (publication,) = publish("amounts", [{"account_id": 1}])
                self.first_has_its_number.set()
                assert self.may_commit.wait(PATIENCE)
                self.numbered.append("first")  # before its commit, which the second must wait for
            return publication.offset
        finally:
            connection.close()

    def second(self) -> int:
        try:
            assert self.first_has_its_number.wait(PATIENCE)
            with transaction.atomic():
                (publication,) = publish("amounts", [{"account_id": 1}])
                self.numbered.append("second")
            return publication.offset
        finally:
            connection.close()


@pytest.mark.parametrize("before", [0, 3])
def test_two_transactions_that_race_on_one_topic_are_numbered_in_commit_order(ledger, sent, before):
    """The second has to wait for the first's commit, also where the topic is new: its number can never be seen first."""
    for _ in range(before):
        ledger.pay(1, "1")
    race = Race(ledger)
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(race.first), threads.submit(race.second)
        assert race.first_has_its_number.wait(PATIENCE)
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        assert history.top_of("amounts.1").offset == before
        race.may_commit.set()
        assert (first.result(PATIENCE), second.result(PATIENCE)) == (before + 1, before + 2)
    assert race.numbered == ["first", "second"]
    assert history.top_of("amounts.1").offset == before + 2


def test_a_transaction_that_rolls_back_gives_its_number_to_the_next(ledger, sent):
    ledger.pay(1, "1")
    race = Race(ledger)

    def first() -> int:
        try:
            with transaction.atomic():
                (publication,) = publish("amounts", [{"account_id": 1}])
                race.first_has_its_number.set()
                assert race.may_commit.wait(PATIENCE)
                transaction.set_rollback(True)
            return publication.offset
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        lost, second = threads.submit(first), threads.submit(race.second)
        race.may_commit.set()
        assert lost.result(PATIENCE) == second.result(PATIENCE) == 2
    assert [p.offset for p in history.since("amounts.1", 0)] == [2]


def test_transactions_that_name_their_topics_in_different_orders_do_not_deadlock(ledger, sent):
    venues = [f"V{number}" for number in range(8)]

    def trade(order: list[str]) -> None:
        try:
            for _ in range(10):
                with transaction.atomic():
                    publish("trades", [{"venue": venue, "number": 1} for venue in order])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(trade, venues), threads.submit(trade, venues[::-1])]:
            done.result(3 * PATIENCE)
    assert {line.offset for line in history.tops([f"trades.{venue}" for venue in venues]).values()} == {20}
