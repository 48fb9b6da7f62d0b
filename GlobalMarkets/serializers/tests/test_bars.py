"""Payloads of bars: names, decimals, times."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from GlobalMarkets.feeds.tests.makers import OPEN, at
from GlobalMarkets.models import Bar, Vwap
from GlobalMarkets.serializers.bars import bar_payload, shown_price, vwap_payload
from realtime.contract import encode


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("100.0000", "100.00"),
        ("100.1000", "100.10"),
        ("100.1230", "100.123"),
        ("100.1234", "100.1234"),
        ("0.0001", "0.0001"),
        ("7", "7.00"),
        ("99999999999.9999", "99999999999.9999"),
    ],
)
def test_prices_have_two_to_four_decimals(stored, shown):
    assert str(shown_price(Decimal(stored))) == shown


def test_a_bar_on_the_wire():
    prices = dict.fromkeys(("open", "high", "low", "close"), Decimal("100.5000"))
    bar = Bar(country="USA", symbol="BRK.B", minute=OPEN, volume=7, closed=True, as_of=at(60), **prices)
    assert encode(bar_payload(bar)) == (
        b'{"country":"USA","symbol":"BRK.B","timestamp_minute":"2013-10-08T13:30:00Z","open":100.50,"high":100.50,'
        b'"low":100.50,"close":100.50,"volume":7,"closed":true}'
    )


def test_an_average_on_the_wire():
    vwap = Vwap(
        country="USA", symbol="SPY", session=date(2013, 10, 8), vwap=Decimal("166.3115"), volume=12, as_of=at(60)
    )
    assert encode(vwap_payload(vwap)) == (
        b'{"country":"USA","symbol":"SPY","vwap":166.3115,"volume":12,"timestamp":"2013-10-08T13:31:00Z"}'
    )
