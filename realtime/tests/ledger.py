"""A small feature for tests: amounts (STATE), trades (EVENT) and ticks (VOLATILE), over rows in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec
from django.db import transaction

from realtime.contract import Publication
from realtime.features import Delivery, Feature, Key, Params, Reading, Stream
from realtime.publisher import publish

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
SHOWN = 390


class Amount(msgspec.Struct, frozen=True):
    account_id: int
    amount: Decimal


class Trade(msgspec.Struct, frozen=True):
    venue: str
    number: int


class Tick(msgspec.Struct, frozen=True):
    price: Decimal


@dataclass(frozen=True)
class Somebody:
    name: str = "ann"
    accounts: tuple[int, ...] = (1,)
    is_authenticated: bool = True

    def get_username(self) -> str:
        return self.name


class Ledger:
    """The rows, and the feature that is declared over them."""

    def __init__(self) -> None:
        self.amounts: dict[int, Decimal] = {}
        self.trades: dict[str, int] = defaultdict(int)
        self.reads = 0
        self.is_readable = True
        self.feature = Feature(
            "ledger",
            [
                Stream("amounts", "amount", "amounts.{account_id}", Delivery.STATE, Amount, self._amounts),
                Stream("trades", "trade", "trades.{venue}", Delivery.EVENT, Trade, self._trades, self._newest_trades),
                Stream("ticks", "tick", "ticks.{venue}", Delivery.VOLATILE, Tick, lambda keys: [None for _ in keys]),
            ],
            may_subscribe=lambda user, params: params.get("account_id") in (None, *user.accounts),
            topics_for=lambda user: [f"amounts.{account_id}" for account_id in user.accounts],
        )

    def pay(self, account_id: int, amount: str) -> list[Publication]:
        with transaction.atomic():
            self.amounts[account_id] = Decimal(amount)
            return publish("amounts", [{"account_id": account_id}])

    def trade(self, venue: str, count: int = 1) -> list[Publication]:
        with transaction.atomic():
            first = self.trades[venue] + 1
            self.trades[venue] += count
            numbers = range(first, first + count)
            return publish("trades", [{"venue": venue, "number": number} for number in numbers])

    # Selectors.

    def _amounts(self, keys: Sequence[Key]) -> list[Reading | None]:
        self._count_read()
        return [self._amount(key["account_id"]) for key in keys]

    def _amount(self, account_id: int) -> Reading | None:
        amount = self.amounts.get(account_id)
        return None if amount is None else Reading(Amount(account_id, amount), OPEN)

    def _trades(self, keys: Sequence[Key]) -> list[Reading | None]:
        return [self._trade(key["venue"], key["number"]) for key in keys]

    def _trade(self, venue: str, number: int) -> Reading:
        return Reading(Trade(venue, number), OPEN + timedelta(minutes=number))

    def _newest_trades(self, params: Params) -> list[Reading]:
        self._count_read()
        top = self.trades[params["venue"]]
        return [self._trade(params["venue"], number) for number in range(max(1, top - SHOWN + 1), top + 1)]

    def _count_read(self) -> None:
        self.reads += 1
        if not self.is_readable:
            raise RuntimeError("the rows cannot be read")
