"""What a broker looks like to Thor: the types that travel, the protocol, and its faults.

BrokerError
├── BrokerSettingsError     the settings name no usable broker
├── UnknownAccountError     the broker keeps no such account
└── SnapshotRefusedError    a figure of the broker's cannot be recorded
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable


class BrokerError(Exception):
    """A broker cannot be asked, or what it says cannot be used: the message is one line that names what was wrong."""


class BrokerSettingsError(BrokerError):
    """The settings name no usable broker: mend the variable that the message names."""


class UnknownAccountError(BrokerError):
    """The broker keeps no account of this number: compare the account's number with the broker's."""


class SnapshotRefusedError(BrokerError):
    """A figure is not finite, or has more digits than can be kept exactly: nothing of the snapshot is recorded."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account holds of one symbol; `quantity` below zero is short, prices are per share or per unit."""

    symbol: str
    quantity: Decimal
    entry_price: Decimal
    current_price: Decimal
    multiplier: int = 1

    @property
    def market_value(self) -> Decimal:
        return self.quantity * self.current_price * self.multiplier


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """All that a broker says of an account at `as_of`, in market time; what is not among the holdings is not held."""

    account_number: str
    cash: Decimal
    buying_power: Decimal
    portfolio_value: Decimal
    equity: Decimal
    holdings: tuple[Holding, ...]
    as_of: datetime


@runtime_checkable
class Broker(Protocol):
    """Where accounts are. A call may go over a network: never inside a transaction."""

    name: str

    def snapshot(self, account_number: str, at: datetime) -> AccountSnapshot:
        """The account as it stands, read at market time `at`; raises UnknownAccountError."""
