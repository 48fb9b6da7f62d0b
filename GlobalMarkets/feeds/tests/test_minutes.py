"""Trades of one listing become bars."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from GlobalMarkets.feeds.minutes import MINUTE, bars_of, minute_of
from GlobalMarkets.feeds.tests.makers import make_trade

trades = st.lists(
    st.tuples(st.integers(0, 300), st.integers(1, 99999), st.integers(0, 10**6)), min_size=1, max_size=60
).map(lambda drawn: [make_trade(second, f"{cents / 100:.2f}", size) for second, cents, size in sorted(drawn)])


@given(trades)
def test_each_minute_is_its_first_highest_lowest_and_last_price(given_trades):
    bars = {bar.minute: bar for bar in bars_of(given_trades)}
    assert set(bars) == {minute_of(trade.at) for trade in given_trades}
    for minute, bar in bars.items():
        within = [trade for trade in given_trades if minute_of(trade.at) == minute]
        prices = [trade.price for trade in within]
        assert (bar.open, bar.high, bar.low, bar.close) == (prices[0], max(prices), min(prices), prices[-1])
        assert bar.volume == sum(trade.size for trade in within)
        assert bar.closed
        assert bar.as_of == minute + MINUTE


def test_no_trades_make_no_bar():
    assert list(bars_of([])) == []
