"""How accounts, balances and positions look on the wire, by REST and by socket alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from GlobalMarkets.serializers.bars import shown_price
from ThorTrading.models import Account, AccountBalance, Position

CENTS = Decimal("0.01")


class AccountRow(msgspec.Struct, frozen=True):
    id: int
    slug: str
    number: str
    name: str
    kind: str


class AccountBalancePayload(msgspec.Struct, frozen=True):
    """Money in the account's currency, with two decimals."""

    account_id: int
    account_number: str
    cash: Decimal
    buying_power: Decimal
    portfolio_value: Decimal
    equity: Decimal
    timestamp: datetime


class PositionRow(msgspec.Struct, frozen=True):
    """Prices per share or unit; `pnl`, unrealised, is money: (current - entry) × quantity × multiplier."""

    symbol: str
    quantity: Decimal
    entry_price: Decimal
    current_price: Decimal
    pnl: Decimal


class PositionsPayload(msgspec.Struct, frozen=True):
    account_id: int
    positions: Sequence[PositionRow]
    timestamp: datetime


def account_row(account: Account) -> AccountRow:
    return AccountRow(account.pk, account.slug, account.number, account.name, account.kind)


def balance_payload(balance: AccountBalance) -> AccountBalancePayload:
    return AccountBalancePayload(
        account_id=balance.account_id,
        account_number=balance.account.number,
        cash=money(balance.cash),
        buying_power=money(balance.buying_power),
        portfolio_value=money(balance.portfolio_value),
        equity=money(balance.equity),
        timestamp=balance.as_of,
    )


def positions_payload(account_id: int, positions: Sequence[Position], as_of: datetime) -> PositionsPayload:
    return PositionsPayload(account_id, [position_row(position) for position in positions], as_of)


def position_row(position: Position) -> PositionRow:
    gain = (position.current_price - position.entry_price) * position.quantity * position.multiplier
    return PositionRow(
        symbol=position.symbol,
        quantity=quantity(position.quantity),
        entry_price=shown_price(position.entry_price),
        current_price=shown_price(position.current_price),
        pnl=money(gain),
    )


def only(payload: PositionsPayload, symbol: str) -> PositionsPayload:
    """The payload with the positions in one symbol alone."""
    return msgspec.structs.replace(payload, positions=[row for row in payload.positions if row.symbol == symbol])


def money(amount: Decimal) -> Decimal:
    return amount.quantize(CENTS)


def quantity(figure: Decimal) -> Decimal:
    """Whole where it is whole, else without trailing zeros."""
    return figure.quantize(Decimal(1)) if figure == figure.to_integral_value() else figure.normalize()
