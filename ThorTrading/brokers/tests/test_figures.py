"""Figures that cannot be kept exactly are refused by name."""

from decimal import Decimal

import pytest

from ThorTrading.brokers.figures import checked
from ThorTrading.brokers.port import SnapshotRefusedError
from ThorTrading.tests.factories import make_holding, make_snapshot


@pytest.mark.parametrize(
    ("differing", "named"),
    [
        ({"cash": Decimal("NaN")}, "cash NaN"),
        ({"equity": Decimal("-Infinity")}, "equity -Infinity"),
        ({"cash": Decimal("10000000000000.00")}, "cash"),
        ({"buying_power": Decimal("1.005")}, "buying_power 1.005"),
        ({"portfolio_value": Decimal("1e40")}, "portfolio_value"),
    ],
)
def test_money_of_an_account(differing: dict[str, Decimal], named: str) -> None:
    with pytest.raises(SnapshotRefusedError, match=f"account ACC-primary: {named}"):
        checked(make_snapshot(**differing))


@pytest.mark.parametrize(
    ("differing", "named"),
    [
        ({"quantity": Decimal("0.0000001")}, "quantity of SPY"),
        ({"quantity": Decimal("1e9")}, "quantity of SPY"),
        ({"entry_price": Decimal("1.00001")}, "entry_price of SPY"),
        ({"current_price": Decimal("sNaN")}, "current_price of SPY"),
        ({"quantity": Decimal("900000000"), "current_price": Decimal("99999999")}, "value of SPY"),
    ],
)
def test_figures_of_a_holding(differing: dict[str, Decimal], named: str) -> None:
    with pytest.raises(SnapshotRefusedError, match=named):
        checked(make_snapshot(make_holding(**differing)))


def test_the_largest_that_fit_pass() -> None:
    snapshot = make_snapshot(make_holding(quantity=Decimal("-0.000001")), cash=Decimal("-9999999999999.99"))
    assert checked(snapshot) is snapshot


def test_a_symbol_twice_is_refused() -> None:
    with pytest.raises(SnapshotRefusedError, match="SPY is held 2 times"):
        checked(make_snapshot(make_holding(), make_holding()))
