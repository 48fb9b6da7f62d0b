"""Quotes that are told and not kept, and the last 24 hours that are."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import msgspec
import pytest
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from GlobalMarkets.feeds.port import Quote
from GlobalMarkets.feeds.simulated import SimulatedFeed
from GlobalMarkets.feeds.tests.makers import IBM, SPY, at, make_bar, make_open_bar
from GlobalMarkets.jobs import TwentyFourHourJob
from GlobalMarkets.services.day import DAY, DayKey, DayRow, days_due, record_days
from GlobalMarkets.services.ingest import record_bars
from GlobalMarkets.services.intake import BarIntake
from GlobalMarkets.services.watchlist import record_watchlist
from GlobalMarkets.services.websocket_ticker import (
    TICKER,
    broadcast_days,
    broadcast_quotes,
    read_days,
    read_quotes,
    watched_topics,
)
from realtime.models import StoredPublication
from realtime.nudges import nudges, unpack
from realtime.testing import assert_live_parity

pytestmark = pytest.mark.django_db
PARAMS = {"country": "USA", "symbol": "SPY"}
NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def make_quote(**differing) -> Quote:
    figures = {"price": Decimal("590.10"), "volume": 300, "bid": Decimal("590.08"), "ask": Decimal("590.12")}
    return Quote(*SPY, at=at(7), **{**figures, **differing})


def make_day(**differing) -> DayRow:
    figures = {"open_price": Decimal("100.00"), "high": Decimal("101.50"), "low": Decimal("99.25"), "volume": 1200}
    return DayRow(*SPY, **{**figures, "as_of": at(60), **differing})


@pytest.fixture
async def heard(settings):
    """What a hub would hear: a function that waits for the next nudge of the ticker."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    layer = get_channel_layer()
    await layer.group_add(TICKER.group, "me")
    nudges.attach(asyncio.get_running_loop())

    async def next_one():
        return unpack(await asyncio.wait_for(layer.receive("me"), 5))

    yield next_one
    nudges.detach(asyncio.get_running_loop())


async def test_a_quote_is_told_with_its_spread_and_not_kept(heard):
    broadcast_quotes([make_quote(), make_quote(price=Decimal("590.1025"))])
    first, second = await heard()
    assert (first.topic, first.offset) == ("quotes.USA.SPY", 0)
    assert msgspec.json.decode(first.text) == {
        "type": "quote_tick",
        "data": {
            "country": "USA",
            "symbol": "SPY",
            "price": 590.10,
            "volume": 300,
            "bid": 590.08,
            "ask": 590.12,
            "spread": 0.04,
            "timestamp": "2013-10-08T13:30:07Z",
        },
        "topic": "quotes.USA.SPY",
        "as_of": "2013-10-08T13:30:07Z",
    }
    assert '"spread":0.04,' in first.text
    assert '"price":590.1025,' in second.text


def test_nothing_is_published_of_quotes_or_of_none():
    broadcast_quotes([make_quote()])
    broadcast_quotes([])
    assert not StoredPublication.objects.exists()
    assert read_quotes([PARAMS]) == [None]


def test_a_simulated_quote_lies_around_the_last_trade():
    feed = SimulatedFeed(7, [SPY, IBM])
    for second in range(120):
        batch = feed.poll(NOON + timedelta(seconds=second))
        for quote in batch.quotes:
            own = [trade for trade in batch.trades if trade.listing == quote.listing]
            assert (quote.price, quote.at, quote.volume) == (own[-1].price, own[-1].at, sum(one.size for one in own))
            assert Decimal(0) < quote.bid < quote.price < quote.ask <= quote.price + Decimal("0.03")
    assert {quote.listing for quote in feed.poll(NOON + timedelta(minutes=5)).quotes} == {SPY, IBM}


def test_the_intake_gives_the_newest_quote_of_each_listing_once():
    intake = BarIntake(SimulatedFeed(7, [SPY]))
    for second in (0, 90):
        now = NOON + timedelta(seconds=second)
        while step := intake.next_step(now):
            intake.settle(step)
    (quote,) = intake.take_quotes()
    assert quote.at > NOON + timedelta(seconds=80)
    assert intake.take_quotes() == []


def test_the_last_24_hours_are_those_of_the_closed_bars_that_began_in_them():
    record_bars(
        [
            make_bar(0, high=Decimal("999.00")),
            make_bar(1, open=Decimal("100.50"), high=Decimal("102.0001"), volume=7),
            make_bar(2, low=Decimal("90.00"), volume=8),
            make_bar(2, IBM, volume=9),
            make_open_bar(3, volume=10**6),
        ]
    )
    spy, ibm = sorted(days_due(at(60) + DAY), key=lambda row: row.symbol, reverse=True)
    assert spy == make_day(
        open_price=Decimal("100.50"), high=Decimal("102.0001"), low=Decimal("90.00"), volume=15, as_of=at(180)
    )
    assert (ibm.symbol, ibm.volume) == ("IBM", 9)
    assert days_due(at(180) + DAY) == []


def test_live_is_what_a_fresh_client_sees():
    with transaction.atomic():
        broadcast_days(record_days([make_day()]))
    assert_live_parity("twenty_four_hour", PARAMS, lambda: broadcast_days(record_days([make_day(volume=1300)])))


def test_figures_that_did_not_move_are_not_told_again():
    assert record_days([make_day()]) == [DayKey(*SPY)]
    assert record_days([make_day(as_of=at(120))]) == []
    assert read_days([PARAMS, {"country": "USA", "symbol": "IBM"}])[1] is None


def test_the_job_tells_each_listing_and_nothing_where_there_is_none(monkeypatch):
    monkeypatch.setattr("GlobalMarkets.jobs.market_now", lambda now: at(120))
    TwentyFourHourJob().run(NOON)
    assert not StoredPublication.objects.exists()
    record_bars([make_bar(0)])
    TwentyFourHourJob().run(NOON)
    (row,) = StoredPublication.objects.select_related("topic")
    assert row.topic.name == "day.USA.SPY"
    assert msgspec.json.decode(row.text)["data"] == {
        "country": "USA",
        "symbol": "SPY",
        "open_price": 100.00,
        "high_24h": 101.50,
        "low_24h": 99.25,
        "volume_24h": 1200,
        "timestamp": "2013-10-08T13:31:00Z",
    }


def test_who_reads_it():
    record_watchlist([SPY])
    assert watched_topics(AnonymousUser()) == ["quotes.USA.SPY", "day.USA.SPY"]
    assert not TICKER.may_subscribe(AnonymousUser(), PARAMS)
    assert TICKER.may_subscribe(SimpleNamespace(is_authenticated=True), PARAMS)
