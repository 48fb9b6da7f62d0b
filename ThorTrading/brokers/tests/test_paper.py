"""The paper broker's own ways."""

from collections.abc import Collection
from decimal import Decimal

import pytest

from ThorTrading import brokers
from ThorTrading.brokers.paper.adapter import PaperBroker
from ThorTrading.brokers.port import BrokerSettingsError
from ThorTrading.tests.factories import NOW, make_paper_account

pytestmark = pytest.mark.django_db


def test_what_has_no_price_yet_is_worth_what_was_paid() -> None:
    make_paper_account(SPY=3)
    (holding,) = PaperBroker(lambda symbols: {}).snapshot("ACC-primary", NOW).holdings
    assert holding.current_price == holding.entry_price == Decimal(100)


def test_it_asks_for_the_prices_of_what_it_holds() -> None:
    make_paper_account(SPY=3, AAPL=1)
    prices = {"AAPL": Decimal(240), "SPY": Decimal(600), "IBM": Decimal(1)}
    asked: list[Collection[str]] = []

    def last_prices(symbols: Collection[str]) -> dict[str, Decimal]:
        asked.append(symbols)
        return prices

    holdings = PaperBroker(last_prices).snapshot("ACC-primary", NOW).holdings
    assert asked == [["AAPL", "SPY"]]
    assert [(holding.symbol, holding.current_price) for holding in holdings] == [
        ("AAPL", Decimal(240)),
        ("SPY", Decimal(600)),
    ]


def test_the_settings_choose_it(settings) -> None:
    settings.BROKER = "paper"
    assert brokers.current().name == "paper"


def test_an_unknown_broker_is_named(settings) -> None:
    settings.BROKER = "alpca"
    with pytest.raises(BrokerSettingsError, match="'alpca' is none of: paper"):
        brokers.current()
