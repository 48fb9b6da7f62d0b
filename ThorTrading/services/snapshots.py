"""Records a broker's snapshot of an account as one change."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from ThorTrading.brokers.figures import checked
from ThorTrading.brokers.port import AccountSnapshot
from ThorTrading.models import Account
from ThorTrading.services.balances import record_balance
from ThorTrading.services.positions import record_positions


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a snapshot changed in an account's books."""

    account_id: int
    balance: bool
    positions: bool


@transaction.atomic
def record_snapshot(snapshot: AccountSnapshot) -> Recorded:
    """Record balance and positions together, with the account locked; SnapshotRefusedError records nothing.

    Account.DoesNotExist where we keep no account of that number.
    """
    checked(snapshot)
    account = Account.objects.select_for_update().get(number=snapshot.account_number)
    return Recorded(account.pk, record_balance(account, snapshot), record_positions(account, snapshot))
