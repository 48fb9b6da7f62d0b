"""The way out: numbered and stored with the change, nudged after its commit."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from realtime import history, publisher
from realtime.contract import NOTHING_YET, Cursor
from realtime.correlation import correlated
from realtime.features import FeatureFault
from realtime.models import StoredPublication, Topic
from realtime.nudges import unpack
from realtime.publisher import OutsideTransaction, RowIsGone, Unnumbered, publish, publish_volatile
from realtime.tests.layers import HangingLayer, RaisingLayer, settings_of
from realtime.tests.ledger import OPEN, Tick

pytestmark = pytest.mark.django_db(transaction=True)


def nudged(sent) -> list:
    return [publication for _, message in sent for publication in unpack(message)]


def test_a_publication_is_numbered_stored_and_nudged(ledger, sent):
    (publication,) = ledger.pay(1, "10.50")
    assert json.loads(publication.text) == {
        "type": "amount",
        "data": {"account_id": 1, "amount": 10.50},
        "topic": "amounts.1",
        "epoch": publication.epoch,
        "offset": 1,
        "as_of": "2026-11-20T14:30:00Z",
    }
    assert '"amount":10.50' in publication.text
    assert history.top_of("amounts.1") == publication.cursor == Cursor(publication.epoch, 1)
    assert history.since("amounts.1", 0) == [publication]
    assert [group for group, _ in sent] == ["feature.ledger"]
    assert nudged(sent) == [publication]


def test_it_says_which_request_it_comes_from_where_one_does(ledger, sent):
    with correlated("desk-7"):
        (asked,) = ledger.pay(1, "1")
        publish_volatile("ticks", {"venue": "XNYS"}, Tick(1), OPEN)
    (unasked,) = ledger.pay(1, "2")
    told = [json.loads(publication.text) for publication in nudged(sent)]
    assert [frame.get("correlation_id") for frame in told] == ["desk-7", "desk-7", None]
    assert nudged(sent)[0] == asked
    assert "correlation_id" not in unasked.text


def test_each_topic_counts_for_itself_and_keeps_its_epoch(ledger, sent):
    first, second, other = ledger.pay(1, "1"), ledger.pay(1, "2"), ledger.pay(2, "3")
    assert [p.offset for p in (*first, *second, *other)] == [1, 2, 1]
    assert first[0].epoch == second[0].epoch != other[0].epoch


def test_a_roll_back_publishes_nothing_and_takes_no_number(ledger, sent):
    ledger.pay(1, "1")
    sent.clear()
    with transaction.atomic():
        publish("amounts", [{"account_id": 1}])
        transaction.set_rollback(True)
    assert sent == []
    assert history.top_of("amounts.1").offset == 1
    assert len(history.since("amounts.1", 0)) == 1


def test_nothing_is_nudged_before_the_commit(ledger, sent):
    ledger.amounts[1] = 1
    with transaction.atomic():
        publish("amounts", [{"account_id": 1}])
        assert sent == []
    assert len(nudged(sent)) == 1


def test_of_a_state_the_history_keeps_the_newest(ledger, sent):
    ledger.pay(1, "1")
    newest = ledger.pay(1, "2")
    assert history.since("amounts.1", 0) == newest
    assert StoredPublication.objects.count() == 1


def test_of_events_the_history_keeps_each(ledger, sent):
    published = [*ledger.trade("XNYS", 3), *ledger.trade("XNYS", 2)]
    assert [p.offset for p in published] == [1, 2, 3, 4, 5]
    assert [json.loads(p.text)["data"]["number"] for p in published] == [1, 2, 3, 4, 5]
    assert history.since("trades.XNYS", 0) == published
    assert history.since("trades.XNYS", 3) == published[3:]


def test_a_state_named_twice_is_published_once(ledger, sent):
    ledger.amounts.update({1: 1, 2: 2})
    with transaction.atomic():
        published = publish("amounts", [{"account_id": 1}, {"account_id": 2}, {"account_id": 1}])
    assert [(p.topic, p.offset) for p in published] == [("amounts.1", 1), ("amounts.2", 1)]


def test_thousands_of_topics_at_once(ledger, sent, django_assert_max_num_queries):
    ledger.amounts.update(dict.fromkeys(range(1, 2502), 1))
    keys = [{"account_id": account_id} for account_id in ledger.amounts]
    with django_assert_max_num_queries(20), transaction.atomic():
        published = publish("amounts", keys)
    assert [p.topic for p in published] == [f"amounts.{account_id}" for account_id in range(1, 2502)]
    assert Topic.objects.count() == StoredPublication.objects.count() == 2501
    assert [len(unpack(message)) for _, message in sent] == [256] * 9 + [197]
    assert nudged(sent) == published
    assert ledger.reads == 1
    found = history.beyond(dict.fromkeys(history.tops([p.topic for p in published[:600]]), NOTHING_YET))
    assert len(found) == 600


def test_nothing_to_publish(ledger, sent):
    with transaction.atomic():
        assert publish("amounts", []) == []
    assert sent == []
    assert Topic.objects.count() == 0


def test_outside_a_transaction_nothing_is_published(ledger, sent):
    ledger.amounts[1] = 1
    with pytest.raises(OutsideTransaction, match="atomic"):
        publish("amounts", [{"account_id": 1}])
    assert Topic.objects.count() == 0


def test_a_row_that_is_gone_stops_the_change(ledger, sent):
    ledger.amounts[1] = 1
    with pytest.raises(RowIsGone, match=r"amounts .*7.*record first"), transaction.atomic():
        publish("amounts", [{"account_id": 1}, {"account_id": 7}])
    assert Topic.objects.count() == 0
    assert sent == []


def test_an_unknown_stream_is_named(ledger):
    with pytest.raises(FeatureFault, match="no stream 'amount'"):
        publish("amount", [])


def test_a_volatile_message_is_sent_and_not_kept(ledger, sent):
    publish_volatile("ticks", {"venue": "XNYS"}, Tick(1), OPEN)
    (publication,) = nudged(sent)
    assert (publication.topic, publication.epoch, publication.offset) == ("ticks.XNYS", "", 0)
    assert json.loads(publication.text) == {
        "type": "tick",
        "data": {"price": 1},
        "topic": "ticks.XNYS",
        "as_of": "2026-11-20T14:30:00Z",
    }
    assert StoredPublication.objects.count() == 0
    with pytest.raises(Unnumbered, match="ticks"), transaction.atomic():
        publish("ticks", [{"venue": "XNYS"}])


def test_what_is_committed_already_can_be_nudged_again(ledger, sent):
    published = ledger.pay(1, "1")
    sent.clear()
    publisher.nudge(ledger.feature, published)
    assert nudged(sent) == published


@pytest.mark.parametrize("layer", [RaisingLayer, HangingLayer])
def test_a_layer_that_fails_never_fails_the_publisher(ledger, settings, layer):
    settings.CHANNEL_LAYERS = settings_of(layer)
    (publication,) = ledger.pay(1, "1")
    publish_volatile("ticks", {"venue": "XNYS"}, Tick(1), OPEN)
    assert history.top_of("amounts.1") == publication.cursor
