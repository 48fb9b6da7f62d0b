"""What a new desk begins with."""

from decimal import Decimal
from pathlib import Path

import pytest

from GlobalMarkets.feeds.minutes import MINUTE
from GlobalMarkets.feeds.port import BarRow, Listing
from GlobalMarkets.feeds.recording import load
from GlobalMarkets.feeds.replay import ReplayFeed
from GlobalMarkets.feeds.simulated import SimulatedFeed
from GlobalMarkets.services.ingest import record_bars
from identity.models import Role, User
from ThorTrading.models import Account, PaperAccount, PaperHolding
from ThorTrading.selectors import accounts_visible_to
from ThorTrading.services.seeding import seed_account, seed_user
from ThorTrading.tests.factories import NOW

pytestmark = pytest.mark.django_db


def feed_with_prices(**prices: str) -> SimulatedFeed:
    """A simulated feed whose symbols have one stored bar each, at a price."""
    for symbol, price in prices.items():
        figures = dict.fromkeys(("open", "high", "low", "close"), Decimal(price))
        bar = BarRow("USA", symbol, NOW, volume=10, closed=True, as_of=NOW + MINUTE, **figures)
        record_bars([bar])
    return SimulatedFeed(7, [Listing("USA", symbol) for symbol in prices])


def holdings() -> dict[str, tuple[int, Decimal]]:
    return {row.symbol: (int(row.quantity), row.entry_price) for row in PaperHolding.objects.all()}


def test_the_user_is_an_operator_without_a_password() -> None:
    user = seed_user("operator")
    assert (user.role, user.has_usable_password()) == (Role.OPERATOR, False)


def test_a_user_who_is_there_is_left_as_he_is() -> None:
    User.objects.create_user("operator", password="correct horse", role=Role.VIEWER)
    user = seed_user("operator")
    assert (user.role, user.check_password("correct horse")) == (Role.VIEWER, True)


def test_the_account_is_the_users_and_holds_what_is_watched_near_its_price() -> None:
    user = seed_user("operator")
    account = seed_account(user, feed_with_prices(SPY="600.00", AAPL="240.00", TSLA="400.00"))
    assert (account.slug, account.number, account.kind) == ("primary", "ACC12345", "paper")
    assert list(accounts_visible_to(user)) == [account]
    assert PaperAccount.objects.get().cash == Decimal("50000.00")
    assert holdings() == {
        "SPY": (100, Decimal("589.20")),
        "AAPL": (80, Decimal("226.80")),
        "TSLA": (-15, Decimal("387.20")),
    }


def test_another_watchlist_is_held_as_well() -> None:
    seed_account(seed_user("operator"), feed_with_prices(IBM="184.2255"))
    assert holdings() == {"IBM": (100, Decimal("184.23"))}


def test_a_second_start_changes_nothing() -> None:
    user = seed_user("operator")
    seed_account(user, feed_with_prices(SPY="600.00"))
    PaperHolding.objects.update(quantity=7)
    seed_account(user, feed_with_prices(SPY="700.00", AAPL="240.00"))
    assert holdings() == {"SPY": (7, Decimal("589.20"))}
    assert Account.objects.count() == 1


def test_a_replay_holds_a_hundred_of_each_at_its_first_open(tmp_path: Path) -> None:
    file = tmp_path / "bars.csv"
    file.write_text(
        "symbol,timestamp_utc,open,high,low,close,volume\n"
        "SPY,2013-10-04T13:31:00Z,168.0000,168.1,167.9,168.05,10\n"
        "SPY,2013-10-04T13:30:00Z,167.7455,167.8,167.7,167.77,10\n"
        "AIG,2013-10-04T13:35:00Z,48.79,48.98,48.79,48.98,10\n"
    )
    seed_account(seed_user("operator"), ReplayFeed(load(file)))
    assert holdings() == {"SPY": (100, Decimal("167.7455")), "AIG": (100, Decimal("48.79"))}
