"""One subscription is brought to the top, from the history and the selectors."""

from __future__ import annotations

import json

import pytest

from realtime import catching_up, history
from realtime.catching_up import CatchUp, NotYours, Snapshots, catch_up, catch_up_each
from realtime.contract import NOTHING_YET, Cursor
from realtime.features import Match, match
from realtime.models import StoredPublication, Topic
from realtime.tests.ledger import Somebody

pytestmark = pytest.mark.django_db(transaction=True)
ANN = Somebody()


def found_match(topic: str) -> Match:
    found = match(topic)
    assert found is not None
    return found


def caught_up(topic: str, client: Cursor | None = None, snapshots: Snapshots | None = None):
    return catch_up(ANN, match(topic), client, {} if snapshots is None else snapshots)


def data(found) -> list:
    return [json.loads(text)["data"] for text in found.texts]


def numbers(found) -> list[int]:
    return [row["number"] for row in data(found)]


def test_without_a_cursor_there_is_a_snapshot(ledger):
    (publication,) = ledger.pay(1, "2")
    found = caught_up("amounts.1")
    assert (found.cursor, found.recovered, found.loss) == (publication.cursor, False, "")
    assert data(found) == [{"account_id": 1, "amount": 2}]


def test_a_client_that_is_there_gets_nothing(ledger):
    (publication,) = ledger.pay(1, "2")
    found = caught_up("amounts.1", publication.cursor)
    assert (found.cursor, found.recovered, found.loss, found.texts) == (publication.cursor, True, "", [])


def test_a_client_with_an_older_state_gets_the_newest(ledger):
    (first,) = ledger.pay(1, "1")
    (second,) = ledger.pay(1, "2")
    found = caught_up("amounts.1", first.cursor)
    assert (found.cursor, found.recovered, found.loss) == (second.cursor, True, "")
    assert data(found) == [{"account_id": 1, "amount": 2}]


def test_a_client_with_a_state_of_another_life_gets_the_newest_and_no_word_of_loss(ledger):
    ledger.pay(1, "1")
    found = caught_up("amounts.1", Cursor("old", 1))
    assert (found.recovered, found.loss, len(found.texts)) == (False, "", 1)


def test_a_client_gets_all_events_that_it_missed_as_they_were(ledger):
    published = ledger.trade("XNYS", 5)
    found = caught_up("trades.XNYS", published[1].cursor)
    assert (found.cursor, found.recovered, found.loss) == (published[-1].cursor, True, "")
    assert found.texts == [publication.text for publication in published[2:]]


def test_missed_events_are_read_in_portions(ledger, monkeypatch):
    monkeypatch.setattr(history.since, "__defaults__", (2,))
    published = ledger.trade("XNYS", 6)
    assert numbers(caught_up("trades.XNYS", published[0].cursor)) == [2, 3, 4, 5, 6]


def test_what_was_trimmed_is_a_loss(ledger):
    published = ledger.trade("XNYS", 5)
    StoredPublication.objects.filter(offset__lte=3).delete()
    found = caught_up("trades.XNYS", published[1].cursor)
    assert (found.recovered, found.loss) == (False, "the history no longer reaches back that far")
    assert numbers(found) == [1, 2, 3, 4, 5]
    assert numbers(caught_up("trades.XNYS", published[2].cursor)) == [4, 5]


@pytest.mark.parametrize("trimmed", [[2, 3, 4, 5], [3, 4], [5], [2]])
def test_what_is_trimmed_while_it_is_read_is_a_loss(ledger, monkeypatch, trimmed):
    published = ledger.trade("XNYS", 5)
    line_of = history.line_of

    def line_then_trim(name, every_one_counts):
        line = line_of(name, every_one_counts)
        StoredPublication.objects.filter(offset__in=trimmed).delete()
        return line

    monkeypatch.setattr(catching_up.history, "line_of", line_then_trim)
    found = caught_up("trades.XNYS", published[0].cursor)
    assert (found.recovered, found.loss) == (False, "the history no longer reaches back that far")
    assert numbers(found) == [1, 2, 3, 4, 5]


def test_a_numbering_that_begins_anew_is_a_loss(ledger):
    ledger.trade("XNYS", 3)
    old = history.top_of("trades.XNYS")
    Topic.objects.all().delete()
    ledger.trade("XNYS", 5)
    found = caught_up("trades.XNYS", old)
    assert (found.recovered, found.loss, found.cursor.offset) == (False, "the numbering began anew", 5)
    assert found.cursor.epoch != old.epoch


def test_a_numbering_that_begins_anew_while_it_is_read_is_a_loss(ledger, monkeypatch):
    published = ledger.trade("XNYS", 3)
    line_of = history.line_of

    def line_then_anew(name, every_one_counts):
        line = line_of(name, every_one_counts)
        Topic.objects.all().delete()
        ledger.trade("XNYS", 3)
        return line

    monkeypatch.setattr(catching_up.history, "line_of", line_then_anew)
    found = caught_up("trades.XNYS", published[0].cursor)
    assert found.loss
    assert numbers(found) == [1, 2, 3, 4, 5, 6]


def test_a_topic_is_asked_for_by_who_may_read_it(ledger):
    ledger.pay(2, "2")
    with pytest.raises(NotYours, match="not yours to read"):
        caught_up("amounts.2")
    assert ledger.reads == 1


def test_a_snapshot_is_read_once_while_the_topic_stands(ledger):
    ledger.pay(1, "1")
    snapshots: Snapshots = {}
    ledger.reads = 0
    first = caught_up("amounts.1", snapshots=snapshots)
    assert caught_up("amounts.1", snapshots=snapshots) == first
    assert ledger.reads == 1
    ledger.pay(1, "2")
    assert data(caught_up("amounts.1", snapshots=snapshots)) == [{"account_id": 1, "amount": 2}]


def test_rows_without_a_number_are_read_each_time(ledger):
    snapshots: Snapshots = {}
    ledger.amounts[1] = 1
    assert data(caught_up("amounts.1", snapshots=snapshots)) == [{"account_id": 1, "amount": 1}]
    ledger.amounts[1] = 2
    found = caught_up("amounts.1", NOTHING_YET, snapshots)
    assert (found.cursor, found.texts) == (NOTHING_YET, [])
    assert data(caught_up("amounts.1", snapshots=snapshots)) == [{"account_id": 1, "amount": 2}]
    assert snapshots == {}


def test_a_volatile_topic_has_no_snapshot(ledger):
    found = caught_up("ticks.XNYS")
    assert (found.cursor, found.texts) == (NOTHING_YET, [])


def test_many_are_caught_up_at_once_each_as_it_would_be_alone(ledger):
    ledger.pay(1, "1")
    published = ledger.trade("XNYS", 4)
    wishes = [("amounts.1", None), ("trades.XNYS", published[1].cursor), ("trades.XLON", None), ("ticks.XNYS", None)]
    found = catch_up_each(ANN, [(found_match(topic), client) for topic, client in wishes], {})
    assert found == [caught_up(topic, client) for topic, client in wishes]
    assert [len(one.texts) for one in found] == [1, 2, 0, 0]


def test_of_many_those_that_fail_are_told_apart(ledger):
    ledger.pay(1, "1")
    ledger.trade("XNYS", 1)
    ledger.is_readable = False
    there = history.top_of("trades.XNYS")
    found = catch_up_each(
        ANN,
        [(found_match("amounts.1"), None), (found_match("amounts.2"), None), (found_match("trades.XNYS"), there)],
        {},
    )
    assert [type(one) for one in found] == [RuntimeError, NotYours, CatchUp]


def test_clients_that_are_there_cost_one_query(ledger, django_assert_num_queries):
    ledger.pay(1, "1")
    ledger.trade("XNYS", 3)
    wishes = [(found_match(topic), history.top_of(topic)) for topic in ("amounts.1", "trades.XNYS")]
    with django_assert_num_queries(1):
        assert all(found.recovered for found in catch_up_each(ANN, wishes, {}))
