"""Accounts and snapshots for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from identity.models import User
from ThorTrading.brokers.port import AccountSnapshot, Holding
from ThorTrading.models import Account, Membership, PaperAccount, PaperHolding

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


def make_account(slug: str = "primary", *members: User, **differing: Any) -> Account:
    """An account of ours, seen by `members`."""
    account = Account.objects.create(slug=slug, **{"number": f"ACC-{slug}", "name": slug.title()} | differing)
    for member in members:
        Membership.objects.create(account=account, user=member)
    return account


def make_paper_account(number: str = "ACC-primary", cash: str = "50000.00", **quantities: int) -> PaperAccount:
    """The paper broker's side: `SPY=100` is a hundred shares bought at 100.00."""
    account = PaperAccount.objects.create(number=number, cash=Decimal(cash))
    for symbol, quantity in quantities.items():
        PaperHolding.objects.create(account=account, symbol=symbol, quantity=quantity, entry_price=Decimal(100))
    return account


def make_holding(symbol: str = "SPY", **differing: Any) -> Holding:
    figures = {"quantity": Decimal(100), "entry_price": Decimal("500.00"), "current_price": Decimal("510.25")}
    return Holding(symbol, **figures | differing)


def make_snapshot(*holdings: Holding, **differing: Any) -> AccountSnapshot:
    figures = {
        "account_number": "ACC-primary",
        "cash": Decimal("50000.00"),
        "buying_power": Decimal("100000.00"),
        "portfolio_value": Decimal("101025.00"),
        "equity": Decimal("101025.00"),
        "as_of": NOW,
    }
    return AccountSnapshot(holdings=holdings, **figures | differing)
