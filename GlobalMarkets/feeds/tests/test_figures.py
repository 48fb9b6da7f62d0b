"""Which figures are refused, and that the refusal names them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from GlobalMarkets.feeds.figures import checked, decimals_of
from GlobalMarkets.feeds.port import FigureError
from GlobalMarkets.feeds.tests.makers import at, make_bar


@pytest.mark.parametrize(
    ("differing", "named"),
    [
        ({"open": Decimal("NaN")}, "open NaN is not a number"),
        ({"close": Decimal("Infinity")}, "close Infinity is not a number"),
        ({"low": Decimal("-1")}, "low -1 is below zero"),
        ({"high": Decimal("123456789012.00")}, "high 123456789012.00 has more than 15 digits"),
        ({"high": Decimal("101.12345")}, "or more than 4 decimals"),
        ({"high": Decimal("101." + "0" * 40 + "1")}, "or more than 4 decimals"),
        ({"volume": -3}, "volume -3 is below zero"),
        ({"volume": 10**15}, "volume 1000000000000000 has more than 15 digits"),
        ({"high": Decimal("99"), "low": Decimal("100")}, "high 99 is below low 100"),
        ({"open": Decimal("98")}, "open 98 is outside low 99.25 and high 101.50"),
        ({"close": Decimal("102")}, "close 102 is outside low 99.25 and high 101.50"),
        ({"symbol": ""}, "the symbol or the country is empty"),
    ],
)
def test_impossible_figures_are_refused_by_name(differing, named):
    with pytest.raises(FigureError, match="2013-10-08T13:30") as caught:
        checked(make_bar(**differing))
    assert named in str(caught.value)


def test_a_bar_begins_with_a_minute():
    with pytest.raises(FigureError, match="not a whole minute"):
        checked(replace(make_bar(), minute=at(1)))


def test_the_largest_figures_pass():
    top = Decimal("99999999999.9999")
    bar = make_bar(open=top, high=top, low=top, close=top, volume=10**15 - 1)
    assert checked(bar) is bar


@pytest.mark.parametrize(
    ("figure", "decimals"), [("100", 0), ("1E+3", 0), ("100.10", 1), ("0.0001", 4), ("0.00010", 4), ("0.00", 0)]
)
def test_trailing_zeros_are_no_decimals(figure, decimals):
    assert decimals_of(Decimal(figure)) == decimals
