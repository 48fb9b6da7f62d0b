"""Publishes through the real door, step by step, and goes on where the database says it had come."""

from __future__ import annotations

import select
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from chaos import sequence
from GlobalMarkets.feeds.port import Listing
from GlobalMarkets.selectors.bars import newest_closed
from GlobalMarkets.services.ingest import record_bars
from GlobalMarkets.services.websocket_broadcast import broadcast_bars
from realtime import history
from ThorTrading.models import Account
from ThorTrading.services.snapshots import record_snapshot
from ThorTrading.services.websocket_broadcast import broadcast_account

log = structlog.get_logger(__name__)
T = TypeVar("T")
TRY_AGAIN_SECONDS = 0.1
ACCOUNT_EVERY = 4


class Command(BaseCommand):
    help = "Publishes bars and balances until `stop` comes on stdin, or its end; `forget` trims the history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("symbols", type=int)
        parser.add_argument("a_second", type=float)

    def handle(self, *args: Any, symbols: int, a_second: float, **options: Any) -> None:
        names = sequence.symbols(symbols)
        done = patiently(lambda: {name: last_number(name) for name in names})
        account = patiently(lambda: Account.objects.order_by("pk")[0].number)
        self.say("ready")
        for tick in count(1):
            name = names[tick % symbols]
            done[name] += 1
            patiently(publish_bars, name, done[name])
            if tick % ACCOUNT_EVERY == 0:
                patiently(publish_account, account, tick)
            if self.is_told_to_stop(1 / a_second):
                break
        self.say("stopped")

    def say(self, word: str) -> None:
        self.stdout.write(word)
        self.stdout.flush()

    def is_told_to_stop(self, wait: float) -> bool:
        """Listens for so many seconds."""
        if not select.select([sys.stdin], [], [], wait)[0]:
            return False
        if sys.stdin.readline().strip() != "forget":
            return True
        patiently(history.trim, timezone.now())
        self.say("forgotten")
        return False


def patiently(work: Callable[..., T], *arguments: Any) -> T:
    """A database that is away is waited for. Whether the last commit came about, the next attempt finds: it is the same."""
    while True:
        try:
            return work(*arguments)
        except (DatabaseError, InterfaceError) as fault:
            log.warning("publisher_waits", fault=str(fault).strip())
            connection.close()
            time.sleep(TRY_AGAIN_SECONDS)


def last_number(symbol: str) -> int:
    listing = Listing(sequence.COUNTRY, symbol)
    newest = newest_closed([listing]).get(listing)
    return sequence.number_of(newest) if newest else 0


def publish_bars(symbol: str, number: int) -> None:
    with transaction.atomic():
        broadcast_bars(record_bars(sequence.bars(symbol, number)))


def publish_account(account: str, number: int) -> None:
    with transaction.atomic():
        broadcast_account(record_snapshot(sequence.snapshot(account, number, timezone.now())))
