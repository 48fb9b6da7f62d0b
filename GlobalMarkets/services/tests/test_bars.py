"""Batches of a feed become bars, wherever the batches are cut and the process is restarted."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from GlobalMarkets.feeds.minutes import MINUTE, bars_of
from GlobalMarkets.feeds.port import FeedBatch
from GlobalMarkets.feeds.tests.makers import IBM, SPY, at, make_bar, make_open_bar, make_trade
from GlobalMarkets.services.bars import Average, Fold, folded, typical_price, vwap_of

drawn_trades = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 9999), st.integers(0, 1000), st.sampled_from([SPY, IBM])), max_size=60
).map(
    lambda drawn: [
        make_trade(second + place / 1000, f"{cents / 100:.2f}", size, listing)
        for place, (second, cents, size, listing) in enumerate(sorted(drawn))
    ]
)
cuts = st.lists(st.integers(1, 420), max_size=12).map(lambda drawn: [*sorted(drawn), 421, 480])


def batches(trades, ends):
    begin = 0
    for end in ends:
        yield FeedBatch(at(end), trades=[trade for trade in trades if at(begin) <= trade.at < at(end)])
        begin = end


def play(trades, ends, fold=None):
    """All rows, and the fold after them."""
    fold, rows = fold or Fold(), []
    for batch in batches(trades, ends):
        result = folded(fold, batch)
        fold, rows = result.fold, rows + list(result.rows)
    return rows, fold


@given(drawn_trades, cuts)
def test_however_it_is_cut_the_closed_bars_are_the_trades_first_highest_lowest_and_last(trades, ends):
    rows, fold = play(trades, ends)
    expected = [bar for listing in (SPY, IBM) for bar in bars_of(one for one in trades if one.listing == listing)]
    assert sorted((row for row in rows if row.closed), key=str) == sorted(expected, key=str)
    assert not fold.open


@given(drawn_trades, cuts)
def test_an_open_bar_only_grows_and_is_as_of_its_last_trade(trades, ends):
    rows, _ = play(trades, ends)
    seen = {}
    for row in rows:
        before = seen.get((row.listing, row.minute))
        if before is not None:
            assert not before.closed
            assert (row.volume, row.high, row.as_of) >= (before.volume, before.high, before.as_of)
            assert row.low <= before.low
            assert row.open == before.open
        assert row.closed == (row.as_of == row.minute + MINUTE)
        seen[row.listing, row.minute] = row


@given(drawn_trades, cuts, st.integers(1, 420))
def test_a_process_that_resumes_from_the_stored_open_bars_ends_at_the_same_bars(trades, ends, killed):
    """Killed at any second; the new one is given the whole running minute again."""
    before, fold = play(trades, [end for end in ends if end < killed] + [killed])
    minute = at(killed - killed % 60)
    resumed = Fold.from_stored([bar for bar in fold.open.values() if bar.minute == minute])
    after, _ = play([trade for trade in trades if trade.at >= minute], [max(killed, 60), 481], resumed)
    stored = {(row.listing, row.minute): row for row in [*before, *after]}
    expected, _ = play(trades, [481])
    ended = {(row.listing, row.minute): row for row in expected if row.minute >= minute}
    assert {key: row for key, row in stored.items() if key[1] >= minute} == ended


def test_a_minute_is_closed_when_the_feeds_time_reaches_its_end():
    fold = folded(Fold(), FeedBatch(at(30), [make_trade(5)])).fold
    assert folded(fold, FeedBatch(at(59))).rows == ()
    (row,) = folded(fold, FeedBatch(at(60))).rows
    assert (row.closed, row.as_of) == (True, at(60))


def test_a_trade_for_a_closed_minute_is_counted_as_late_and_changes_nothing():
    fold = folded(Fold(), FeedBatch(at(70), [make_trade(65)])).fold
    result = folded(fold, FeedBatch(at(71), [make_trade(59), make_trade(58, listing=IBM)]))
    assert (result.late, result.rows) == (2, ())


def test_a_bar_of_the_provider_takes_the_place_of_ours():
    fold = folded(Fold(), FeedBatch(at(30), [make_trade(5)])).fold
    result = folded(fold, FeedBatch(at(60), bars=[make_bar()]))
    assert result.rows == (make_bar(),)
    assert not result.fold.open


def test_a_resumed_bar_does_not_count_what_is_in_it():
    fold = Fold.from_stored([make_open_bar(second=10, volume=500)])
    result = folded(fold, FeedBatch(at(30), [make_trade(9), make_trade(10), make_trade(11, size=7)]))
    assert [row.volume for row in result.rows] == [507]
    assert result.fold.resumed
    assert not folded(result.fold, FeedBatch(at(60))).fold.resumed


def test_typical_price():
    assert typical_price(replace(make_bar(), high=Decimal(12), low=Decimal(6), close=Decimal(9))) == 9


def test_vwap_is_the_sum_of_typical_price_times_volume_over_the_volume():
    one = replace(make_bar(), high=Decimal(11), low=Decimal(10), close=Decimal(10), volume=100)
    two = replace(make_bar(1), high=Decimal(20), low=Decimal(20), close=Decimal(20), volume=300)
    assert vwap_of([one, two]) == Average(Decimal("17.5833"), 400)


@given(st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**9)), min_size=1, max_size=30))
def test_vwap_lies_within_the_prices_and_keeps_the_volume(figures):
    bars = [
        replace(
            make_bar(), high=Decimal(cents) / 100, low=Decimal(cents) / 100, close=Decimal(cents) / 100, volume=volume
        )
        for cents, volume in figures
    ]
    average = vwap_of(bars)
    traded = [bar for bar in bars if bar.volume]
    if not traded:
        assert average is None
        return
    assert average.volume == sum(volume for _, volume in figures)
    assert min(bar.low for bar in traded) <= average.vwap <= max(bar.high for bar in traded)


def test_without_volume_there_is_no_average():
    assert vwap_of([replace(make_bar(), volume=0)]) is None
    assert vwap_of([]) is None
