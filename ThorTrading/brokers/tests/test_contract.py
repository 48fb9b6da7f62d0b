"""What every broker behind the port must do; a new adapter adds a row to ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import pytest

from ThorTrading.brokers.figures import checked
from ThorTrading.brokers.paper.adapter import PaperBroker
from ThorTrading.brokers.port import Broker, UnknownAccountError
from ThorTrading.models import PaperAccount, PaperHolding
from ThorTrading.tests.factories import NOW

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Bench:
    """An adapter, over an account A1 with 1000.00 in cash, 10 SPY at 500.00 now worth 510.50, and −2 option contracts
    (multiplier 100) sold at 3.00 and now at 2.50."""

    broker: Broker


def paper(prices: dict[str, Decimal]) -> Bench:
    account = PaperAccount.objects.create(number="A1", cash=Decimal("1000.00"))
    PaperHolding.objects.create(account=account, symbol="SPY", quantity=10, entry_price=Decimal("500"))
    PaperHolding.objects.create(
        account=account, symbol="SPY261218C00700000", quantity=-2, entry_price=Decimal("3"), multiplier=100
    )
    return Bench(PaperBroker(lambda symbols: {symbol: prices[symbol] for symbol in symbols if symbol in prices}))


PRICES = {"SPY": Decimal("510.50"), "SPY261218C00700000": Decimal("2.50")}
ADAPTERS: list[Callable[[dict[str, Decimal]], Bench]] = [paper]


@pytest.fixture(params=ADAPTERS)
def bench(request: pytest.FixtureRequest) -> Bench:
    return request.param(PRICES)


def test_it_is_a_broker_with_a_name(bench: Bench) -> None:
    assert isinstance(bench.broker, Broker)
    assert bench.broker.name


def test_a_snapshot_names_its_account_and_its_moment(bench: Bench) -> None:
    snapshot = bench.broker.snapshot("A1", NOW)
    assert (snapshot.account_number, snapshot.as_of) == ("A1", NOW)


def test_holdings_are_signed_and_valued(bench: Bench) -> None:
    held = {holding.symbol: holding for holding in bench.broker.snapshot("A1", NOW).holdings}
    assert held["SPY"].quantity == 10
    assert held["SPY"].current_price == Decimal("510.50")
    assert held["SPY"].market_value == Decimal("5105.00")
    assert held["SPY261218C00700000"].market_value == Decimal("-500.00")


def test_equity_is_cash_and_what_is_held(bench: Bench) -> None:
    snapshot = bench.broker.snapshot("A1", NOW)
    assert snapshot.equity == snapshot.portfolio_value == Decimal("5605.00")
    assert snapshot.cash == Decimal("1000.00")
    assert snapshot.buying_power == Decimal("2000.00")


def test_its_figures_can_be_recorded(bench: Bench) -> None:
    snapshot = bench.broker.snapshot("A1", NOW)
    assert checked(snapshot) is snapshot


def test_an_account_it_does_not_keep_is_named(bench: Bench) -> None:
    with pytest.raises(UnknownAccountError, match="'A2'"):
        bench.broker.snapshot("A2", NOW)
