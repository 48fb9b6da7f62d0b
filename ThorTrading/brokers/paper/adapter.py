"""The paper broker behind the port: reads its own books, and values them by the feed's last prices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ThorTrading.brokers.figures import to_cents
from ThorTrading.brokers.port import AccountSnapshot, Holding, UnknownAccountError
from ThorTrading.models import PaperAccount, PaperHolding

LastPrices = Callable[[Collection[str]], Mapping[str, Decimal]]
"""The newest price of each symbol; a symbol without one is missing."""

BUYING_POWER_PER_CASH = 2


class PaperBroker:
    """A broker whose books are two tables of our database."""

    name = "paper"

    def __init__(self, last_prices: LastPrices) -> None:
        self._last_prices = last_prices

    def snapshot(self, account_number: str, at: datetime) -> AccountSnapshot:
        """The account, valued by the last prices; what has none yet is worth what was paid for it."""
        account = PaperAccount.objects.filter(number=account_number).first()
        if account is None:
            raise UnknownAccountError(f"the paper broker keeps no account {account_number!r}")
        held = list(account.holdings.order_by("symbol"))
        prices = self._last_prices([row.symbol for row in held])
        return valued(account_number, account.cash, [_holding(row, prices) for row in held], at)


def valued(account_number: str, cash: Decimal, holdings: Sequence[Holding], at: datetime) -> AccountSnapshot:
    """Pure: equity = portfolio value = cash + Σ quantity × price × multiplier."""
    worth = to_cents(cash + sum((holding.market_value for holding in holdings), Decimal(0)))
    return AccountSnapshot(
        account_number=account_number,
        cash=to_cents(cash),
        buying_power=to_cents(cash * BUYING_POWER_PER_CASH),
        portfolio_value=worth,
        equity=worth,
        holdings=tuple(holdings),
        as_of=at,
    )


def _holding(row: PaperHolding, prices: Mapping[str, Decimal]) -> Holding:
    current = prices.get(row.symbol, row.entry_price)
    return Holding(row.symbol, row.quantity, row.entry_price, current, row.multiplier)
