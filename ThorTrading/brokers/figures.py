"""Pure: which figures of a broker's can be kept and shown exactly; a snapshot with others is refused, naming them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from ThorTrading.brokers.port import AccountSnapshot, Holding, SnapshotRefusedError

DIGITS = 15
CENTS, PRICE_STEP, QUANTITY_STEP = Decimal("0.01"), Decimal("0.0001"), Decimal("0.000001")


def checked(snapshot: AccountSnapshot) -> AccountSnapshot:
    """The snapshot itself, or SnapshotRefusedError with every figure that is wrong."""
    faults = [*_money_faults(snapshot), *_holding_faults(snapshot.holdings)]
    if faults:
        raise SnapshotRefusedError(f"account {snapshot.account_number}: {'; '.join(faults)}")
    return snapshot


def _money_faults(snapshot: AccountSnapshot) -> Iterator[str]:
    for name in ("cash", "buying_power", "portfolio_value", "equity"):
        yield from _fault(name, getattr(snapshot, name), CENTS)


def _holding_faults(holdings: tuple[Holding, ...]) -> Iterator[str]:
    for symbol, count in Counter(holding.symbol for holding in holdings).items():
        if count > 1:
            yield f"{symbol} is held {count} times"
    for holding in holdings:
        yield from _faults_of(holding)


def _faults_of(holding: Holding) -> Iterator[str]:
    faults = [*_fault(f"quantity of {holding.symbol}", holding.quantity, QUANTITY_STEP)]
    for name in ("entry_price", "current_price"):
        faults += _fault(f"{name} of {holding.symbol}", getattr(holding, name), PRICE_STEP)
    yield from faults
    if not faults:
        dearest = max(abs(holding.entry_price), abs(holding.current_price))
        yield from _fault(
            f"value of {holding.symbol}", to_cents(holding.quantity * dearest * holding.multiplier), CENTS
        )


def _fault(name: str, figure: Decimal, step: Decimal) -> Iterator[str]:
    if not figure.is_finite():
        yield f"{name} {figure} is not a number"
    elif abs(figure) >= step.scaleb(DIGITS) or figure % step:
        yield f"{name} {figure} has more than {DIGITS} digits, or is no multiple of {step}"


def to_cents(amount: Decimal) -> Decimal:
    """An amount of money in whole cents, half to even."""
    return amount.quantize(CENTS)
