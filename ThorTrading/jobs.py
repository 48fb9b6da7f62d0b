"""What runs by itself for accounts: every ten seconds, what they hold and are worth, and which markets are open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db import transaction

from GlobalMarkets.services.clock import market_now
from GlobalMarkets.services.websocket_markets import tell_market_status
from jobs.registry import job, seconds
from ThorTrading import brokers
from ThorTrading.models import Account
from ThorTrading.services.snapshots import record_snapshot
from ThorTrading.services.websocket_broadcast import broadcast_account


@job(
    "market_metrics", every=seconds(10), features=("account_balance", "positions", "global_market"), timeout=seconds(5)
)
class MarketMetricsJob:
    """Account balances, positions and market status; one that fails leaves the others done, and fails the run."""

    def run(self, now: datetime) -> None:
        failures = [failure for part in _parts(market_now(now)) if (failure := _attempt(part)) is not None]
        if failures:
            raise ExceptionGroup("parts of the market metrics failed", failures)


def _parts(at: datetime) -> Iterator[Callable[[], None]]:
    yield partial(tell_market_status, at)
    for number in Account.objects.order_by("pk").values_list("number", flat=True):
        yield partial(refresh_account, number, at)


def refresh_account(number: str, at: datetime) -> None:
    """Ask the broker, record what it says, broadcast what that changed."""
    snapshot = brokers.current().snapshot(number, at)
    with transaction.atomic():
        broadcast_account(record_snapshot(snapshot))


def _attempt(part: Callable[[], None]) -> Exception | None:
    try:
        part()
    except Exception as failure:  # noqa: BLE001 - it is raised again when every part had its turn
        return failure
    return None
