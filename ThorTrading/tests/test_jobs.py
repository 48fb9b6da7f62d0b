"""The market metrics: three data sets, none of which stops another."""

from datetime import timedelta
from decimal import Decimal

import pytest

from GlobalMarkets import feeds
from GlobalMarkets.feeds.port import BarRow
from GlobalMarkets.jobs import IntradayJob
from GlobalMarkets.selectors.bars import watched
from GlobalMarkets.services.calendars import load_shipped
from GlobalMarkets.services.ingest import record_bars
from jobs.registry import registry
from realtime.models import StoredPublication
from ThorTrading.jobs import MarketMetricsJob
from ThorTrading.models import Account, AccountBalance, PaperAccount, Position
from ThorTrading.tests.factories import NOW, make_account, make_paper_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    """An account with paper books, and New York's schedule beside it."""
    load_shipped(["XNYS"])
    make_paper_account(SPY=100)
    return make_account()


def price(symbol: str, close: str) -> None:
    figures = dict.fromkeys(("open", "high", "low", "close"), Decimal(close))
    minute = NOW - timedelta(minutes=1)
    record_bars([BarRow("USA", symbol, minute, volume=1, closed=True, as_of=NOW, **figures)])


def published() -> set[str]:
    return set(StoredPublication.objects.values_list("topic__name", flat=True))


def test_it_is_declared_for_its_features() -> None:
    declared = registry["market_metrics"]
    assert declared.features == ("account_balance", "positions", "global_market")
    assert declared.every == timedelta(seconds=10)


def test_accounts_are_valued_recorded_and_published(account: Account) -> None:
    price("SPY", "510.50")
    MarketMetricsJob().run(NOW)
    assert AccountBalance.objects.get().equity == Decimal("101050.00")
    assert Position.objects.get().current_price == Decimal("510.50")
    assert {f"balance.{account.pk}", f"positions.{account.pk}", "markets.XNYS"} <= published()


def test_the_feed_watches_what_is_held_beside_the_watchlist(account: Account, settings) -> None:
    settings.REPLAY, settings.FEED, settings.WATCHLIST = "", "simulated", ["AAPL"]
    feeds.forget()
    MarketMetricsJob().run(NOW)
    IntradayJob().run(NOW)
    assert [listing.symbol for listing in feeds.current().status().listings] == ["AAPL", "SPY"]
    assert [listing.symbol for listing in watched()] == ["AAPL"]
    feeds.forget()


def test_the_same_moment_again_publishes_nothing_anew(account: Account) -> None:
    MarketMetricsJob().run(NOW)
    before = list(StoredPublication.objects.order_by("pk").values_list("topic__name", "offset"))
    MarketMetricsJob().run(NOW)
    MarketMetricsJob().run(NOW - timedelta(seconds=10))
    assert list(StoredPublication.objects.order_by("pk").values_list("topic__name", "offset")) == before


def test_an_account_that_fails_stops_neither_the_others_nor_the_markets(account: Account) -> None:
    make_account("without-books", id=0)  # asked before the other
    with pytest.raises(ExceptionGroup, match="market metrics") as raised:
        MarketMetricsJob().run(NOW)
    assert "without-books" in str(raised.value.exceptions[0])
    assert {f"balance.{account.pk}", "markets.XNYS"} <= published()


def test_markets_that_fail_do_not_stop_the_accounts(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("ThorTrading.jobs.tell_market_status", fail)
    with pytest.raises(ExceptionGroup):
        MarketMetricsJob().run(NOW)
    assert f"balance.{account.pk}" in published()


def test_without_a_usable_broker_the_markets_go_on(account: Account, settings) -> None:
    settings.BROKER = "none"
    with pytest.raises(ExceptionGroup):
        MarketMetricsJob().run(NOW)
    assert "markets.XNYS" in published()


def test_a_figure_that_cannot_be_kept_leaves_the_books_as_they_were(account: Account) -> None:
    MarketMetricsJob().run(NOW)
    PaperAccount.objects.update(cash=Decimal("9999999999999.99"))
    with pytest.raises(ExceptionGroup):
        MarketMetricsJob().run(NOW + timedelta(seconds=10))
    assert AccountBalance.objects.get().cash == Decimal("50000.00")
