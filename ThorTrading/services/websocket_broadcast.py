"""The way out for accounts: publishes what a snapshot changed, in the change's own transaction."""

from __future__ import annotations

from realtime.publisher import publish
from ThorTrading.services.snapshots import Recorded


def broadcast_account(recorded: Recorded) -> None:
    """Publish balance and positions as far as they changed; call it inside the transaction that recorded them."""
    key = {"account_id": recorded.account_id}
    if recorded.balance:
        publish("account_balance", [key])
    if recorded.positions:
        publish("positions", [key])
