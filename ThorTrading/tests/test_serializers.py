"""Payloads: exact names, exact digits."""

from decimal import Decimal

import pytest

from realtime.contract import encode
from ThorTrading.models import Account, AccountBalance, Position
from ThorTrading.serializers import balance_payload, only, position_row, positions_payload, quantity
from ThorTrading.tests.factories import NOW


def make_position(**differing: object) -> Position:
    figures = {
        "symbol": "SPY",
        "quantity": Decimal("100.000000"),
        "entry_price": Decimal("500.0000"),
        "current_price": Decimal("510.2550"),
        "multiplier": 1,
    }
    return Position(**figures | differing)


def test_a_balance_on_the_wire() -> None:
    account = Account(pk=7, number="ACC12345")
    balance = AccountBalance(
        account=account,
        cash=Decimal("50000"),
        buying_power=Decimal("100000.00"),
        portfolio_value=Decimal("101025.5"),
        equity=Decimal("101025.50"),
        as_of=NOW,
    )
    assert encode(balance_payload(balance)).decode() == (
        '{"account_id":7,"account_number":"ACC12345","cash":50000.00,"buying_power":100000.00,'
        '"portfolio_value":101025.50,"equity":101025.50,"timestamp":"2026-11-20T14:30:00Z"}'
    )


def test_positions_on_the_wire() -> None:
    assert encode(positions_payload(7, [make_position()], NOW)).decode() == (
        '{"account_id":7,"positions":[{"symbol":"SPY","quantity":100,"entry_price":500.00,"current_price":510.255,'
        '"pnl":1025.50}],"timestamp":"2026-11-20T14:30:00Z"}'
    )


def test_no_positions_are_an_empty_list() -> None:
    assert b'"positions":[]' in encode(positions_payload(7, [], NOW))


@pytest.mark.parametrize(
    ("differing", "pnl"),
    [
        ({"quantity": Decimal(-15), "entry_price": Decimal("400"), "current_price": Decimal("410")}, "-150.00"),
        ({"quantity": Decimal(2), "multiplier": 100, "entry_price": Decimal("3"), "current_price": Decimal("2.5")}, "-100.00"),
        ({"quantity": Decimal("0.5"), "entry_price": Decimal("1"), "current_price": Decimal("1.03")}, "0.02"),
    ],
)  # fmt: skip
def test_pnl_is_the_difference_times_what_is_held(differing: dict[str, object], pnl: str) -> None:
    assert str(position_row(make_position(**differing)).pnl) == pnl


@pytest.mark.parametrize(("stored", "shown"), [("100.000000", "100"), ("-0.500000", "-0.5"), ("0.000001", "0.000001")])
def test_quantities_have_no_trailing_zeros(stored: str, shown: str) -> None:
    assert str(quantity(Decimal(stored))) == shown


def test_only_one_symbol() -> None:
    payload = positions_payload(7, [make_position(), make_position(symbol="AAPL")], NOW)
    assert [row.symbol for row in only(payload, "AAPL").positions] == ["AAPL"]
    assert only(payload, "IBM").positions == []
