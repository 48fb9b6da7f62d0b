"""Records what an account is worth."""

from __future__ import annotations

from ThorTrading.brokers.port import AccountSnapshot
from ThorTrading.models import Account, AccountBalance

FIGURES = ("cash", "buying_power", "portfolio_value", "equity", "as_of")


def record_balance(account: Account, snapshot: AccountSnapshot) -> bool:
    """Whether the balance changed; what is older than the row, or says the same, changes nothing.

    The caller holds the account's row locked.
    """
    said = {name: getattr(snapshot, name) for name in FIGURES}
    stored = AccountBalance.objects.filter(account=account).values(*FIGURES).first()
    if stored is not None and (stored["as_of"] > snapshot.as_of or stored == said):
        return False
    AccountBalance.objects.update_or_create(account=account, defaults=said)
    return True
