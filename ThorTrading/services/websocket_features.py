"""What the trading application shows live: the features account_balance and positions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cutover import cohorts
from cutover.plans import plan
from realtime.features import Delivery, Feature, Key, Params, Reader, Reading, Stream, register
from ThorTrading.models import Account, AccountBalance
from ThorTrading.selectors import (
    accounts_visible_to,
    balances_of,
    holders,
    seen_by,
    trades_only_on_paper,
    users_on_paper,
)
from ThorTrading.serializers import AccountBalancePayload, PositionsPayload, balance_payload, positions_payload


def is_member(user: Any, params: Params) -> bool:
    return accounts_visible_to(user).filter(pk=params["account_id"]).exists()


def still_members(readers: Sequence[Reader]) -> list[bool]:
    """As `is_member`, of all sockets at once."""
    pairs = [(user.pk, params["account_id"]) for user, params in readers]
    seen = seen_by(pairs)
    return [pair in seen for pair in pairs]


def balance_topics(user: Any) -> list[str]:
    return [f"balance.{pk}" for pk in accounts_visible_to(user).values_list("pk", flat=True)]


def positions_topics(user: Any) -> list[str]:
    return [f"positions.{pk}" for pk in accounts_visible_to(user).values_list("pk", flat=True)]


def read_balances(keys: Sequence[Key]) -> list[Reading | None]:
    """One query for all keys ({account_id}); None where an account was never read."""
    found = balances_of([key["account_id"] for key in keys])
    return [_balance(found.get(key["account_id"])) for key in keys]


def _balance(row: AccountBalance | None) -> Reading | None:
    return None if row is None else Reading(balance_payload(row), row.as_of)


def read_positions(keys: Sequence[Key]) -> list[Reading | None]:
    """Two queries for all keys ({account_id}); None where an account was never read."""
    found = holders([key["account_id"] for key in keys])
    return [_positions(found.get(key["account_id"])) for key in keys]


def _positions(account: Account | None) -> Reading | None:
    if account is None or account.positions_as_of is None:
        return None
    as_of: datetime = account.positions_as_of
    return Reading(positions_payload(account.pk, list(account.positions.all()), as_of), as_of)


account_balance = register(
    Feature(
        "account_balance",
        streams=[
            Stream(
                name="account_balance",
                message="account_balance",
                topic="balance.{account_id}",
                delivery=Delivery.STATE,
                payload=AccountBalancePayload,
                read=read_balances,
            )
        ],
        may_subscribe=is_member,
        topics_for=balance_topics,
        may_keep=still_members,
    )
)
positions = register(
    Feature(
        "positions",
        streams=[
            Stream(
                name="positions",
                message="positions",
                topic="positions.{account_id}",
                delivery=Delivery.STATE,
                payload=PositionsPayload,
                read=read_positions,
            )
        ],
        may_subscribe=is_member,
        topics_for=positions_topics,
        may_keep=still_members,
    )
)
plan(
    account_balance,
    flag="WS_FEATURE_ACCOUNT_BALANCE",
    rest="/api/accounts/{account_id}/balance/",
    calendar="XNYS",
    every=10,
)
plan(positions, flag="WS_FEATURE_POSITIONS", rest="/api/accounts/{account_id}/positions/", calendar="XNYS", every=10)
cohorts.register("paper", trades_only_on_paper, lambda: users_on_paper().values_list("pk", flat=True))
