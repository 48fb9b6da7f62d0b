"""What is broadcast is what is stored; broken messages harm nobody."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import msgspec
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from GlobalMarkets.feeds.port import Listing
from GlobalMarkets.feeds.tests.makers import OPEN, SPY, at, make_bar, make_open_bar
from GlobalMarkets.models import Bar
from GlobalMarkets.serializers.bars import bar_payload
from GlobalMarkets.services.ingest import VwapRow, record_bars, record_vwaps
from GlobalMarkets.services.watchlist import record_watchlist
from GlobalMarkets.services.websocket_broadcast import (
    MessageFault,
    broadcast_bars,
    broadcast_to_websocket_sync,
    broadcast_vwaps,
    build_intraday_bar_message,
    build_vwap_message,
)
from GlobalMarkets.services.websocket_features import (
    INTRADAY,
    MOST_WATCHED,
    is_signed_in,
    read_bars,
    read_open_bars,
    watched_topics,
)
from realtime.models import StoredPublication
from realtime.subscriber import MAX_TOPICS
from realtime.testing import assert_live_parity

pytestmark = pytest.mark.django_db
PARAMS = {"country": "USA", "symbol": "SPY"}


def sent():
    """(topic, data) of everything published, in order."""
    rows = StoredPublication.objects.order_by("pk").select_related("topic")
    return [(row.topic.name, msgspec.json.decode(row.text)["data"]) for row in rows]


def record_and_broadcast(*rows):
    with transaction.atomic():
        broadcast_bars(record_bars(rows))


def vwap_row(**differing):
    return VwapRow("USA", "SPY", date(2013, 10, 8), Decimal("166.3115"), 1000, at(60), **differing)


def test_closed_bars_are_events_and_open_ones_state():
    record_and_broadcast(make_bar(0), make_bar(1), make_open_bar(2))
    assert [(topic, data["closed"]) for topic, data in sent()] == [
        ("bars.USA.SPY", True),
        ("bars.USA.SPY", True),
        ("bars_open.USA.SPY", False),
    ]
    assert sent()[0][1] == {
        "country": "USA",
        "symbol": "SPY",
        "timestamp_minute": "2013-10-08T13:30:00Z",
        "open": 100.00,
        "high": 101.50,
        "low": 99.25,
        "close": 100.75,
        "volume": 1200,
        "closed": True,
    }


def test_the_same_bars_again_number_nothing_anew():
    record_and_broadcast(make_bar(0))
    record_and_broadcast(make_bar(0))
    assert len(sent()) == 1


def test_live_is_what_a_fresh_client_sees():
    record_and_broadcast(make_bar(0))
    assert_live_parity("bars", PARAMS, lambda: broadcast_bars(record_bars([make_bar(1), make_bar(2)])))
    assert_live_parity("bars_open", PARAMS, lambda: broadcast_bars(record_bars([make_open_bar(3)])))
    assert_live_parity("vwap", PARAMS, lambda: broadcast_vwaps(record_vwaps([vwap_row()])))


def test_no_average_changed_is_nothing_to_say():
    broadcast_vwaps([])
    broadcast_bars([])
    assert sent() == []


def test_a_topic_alone_means_its_newest_closed_bar_and_a_missing_row_is_none():
    assert read_bars([PARAMS]) == [None]
    record_bars([make_bar(0), make_bar(1), make_open_bar(2)])
    newest, second, missing = read_bars([PARAMS, {**PARAMS, "minute": OPEN}, {**PARAMS, "minute": at(600)}])
    assert (newest.payload.timestamp_minute, second.payload.timestamp_minute, missing) == (at(60), OPEN, None)
    assert [one.as_of for one in read_open_bars([PARAMS])] == [at(130)]
    assert read_open_bars([{"country": "JPN", "symbol": "SPY"}]) == [None]


def test_who_reads_what():
    assert not is_signed_in(AnonymousUser(), PARAMS)
    assert is_signed_in(SimpleNamespace(is_authenticated=True), PARAMS)
    record_watchlist([SPY])
    assert watched_topics(AnonymousUser()) == ["bars.USA.SPY", "bars_open.USA.SPY", "vwap.USA.SPY"]
    assert INTRADAY.streams[0].topic_of(PARAMS) == "bars.USA.SPY"


def test_a_dashboard_begins_with_the_first_of_a_long_watchlist_and_may_ask_for_the_others():
    record_watchlist([Listing("USA", f"O{number:04}") for number in range(2_327)])
    topics = watched_topics(AnonymousUser())
    assert len(topics) == 3 * MOST_WATCHED
    assert 2 * len(topics) < MAX_TOPICS, "there is room for what is asked for"
    assert topics[-1] == f"vwap.USA.O{MOST_WATCHED - 1:04}"
    assert INTRADAY.may_subscribe(SimpleNamespace(is_authenticated=True), {"country": "USA", "symbol": "O2326"})


def test_a_message_built_by_hand_publishes_the_stored_row():
    record_bars([make_bar(), make_open_bar(1)])
    record_vwaps([vwap_row()])
    for bar in Bar.objects.order_by("minute"):
        assert broadcast_to_websocket_sync(None, build_intraday_bar_message(msgspec.to_builtins(bar_payload(bar))))
    vwap = {**PARAMS, "vwap": 1, "volume": 2, "timestamp": at(60)}
    assert broadcast_to_websocket_sync(None, build_vwap_message(vwap))
    assert [topic for topic, _ in sent()] == ["bars.USA.SPY", "bars_open.USA.SPY", "vwap.USA.SPY"]
    assert sent()[2][1]["vwap"] == 166.3115


def test_a_builder_refuses_fields_that_do_not_fit():
    with pytest.raises(MessageFault, match=r"vwap_update: .*country"):
        build_vwap_message({"symbol": "SPY"})


@pytest.mark.parametrize(
    "message",
    [
        {"type": "telepathy", "data": {}},
        {"type": "vwap_update", "data": PARAMS},
        {"type": "intraday_bar", "data": None},
        {},
    ],
)
def test_what_cannot_be_broadcast_is_refused_without_raising(message):
    assert broadcast_to_websocket_sync(None, message) is False
    assert sent() == []
