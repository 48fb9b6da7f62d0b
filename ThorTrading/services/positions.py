"""Records what an account holds."""

from __future__ import annotations

from datetime import datetime

from ThorTrading.brokers.port import AccountSnapshot, Holding
from ThorTrading.models import Account, Position

FIGURES = ("quantity", "entry_price", "current_price", "multiplier", "as_of")


def record_positions(account: Account, snapshot: AccountSnapshot) -> bool:
    """Whether the positions changed; those that the snapshot does not name are gone.

    What is older than the rows, or says the same, changes nothing. The caller holds the account's row locked.
    """
    if account.positions_as_of is not None and account.positions_as_of > snapshot.as_of:
        return False
    said = [_position(account, holding, snapshot.as_of) for holding in snapshot.holdings if holding.quantity]
    if account.positions_as_of == snapshot.as_of and _stored(account) == {_figures(row) for row in said}:
        return False
    _replace(account, said)
    account.positions_as_of = snapshot.as_of
    account.save(update_fields=["positions_as_of"])
    return True


def _position(account: Account, holding: Holding, as_of: datetime) -> Position:
    return Position(
        account=account,
        symbol=holding.symbol,
        quantity=holding.quantity,
        entry_price=holding.entry_price,
        current_price=holding.current_price,
        multiplier=holding.multiplier,
        as_of=as_of,
    )


def _stored(account: Account) -> set[tuple[object, ...]]:
    return {_figures(row) for row in Position.objects.filter(account=account)}


def _figures(row: Position) -> tuple[object, ...]:
    return (row.symbol, *(getattr(row, name) for name in FIGURES))


def _replace(account: Account, said: list[Position]) -> None:
    Position.objects.filter(account=account).exclude(symbol__in=[row.symbol for row in said]).delete()
    Position.objects.bulk_create(
        said, update_conflicts=True, unique_fields=["account", "symbol"], update_fields=list(FIGURES)
    )
