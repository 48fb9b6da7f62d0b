"""The jobs of market data: each asks the provider, records in bulk and broadcasts the keys that changed."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import ClassVar

from django.db import transaction

from GlobalMarkets import feeds
from GlobalMarkets.selectors.markets import next_boundary
from GlobalMarkets.services.averages import averages_due
from GlobalMarkets.services.clock import market_now
from GlobalMarkets.services.ingest import close_bars_before, record_vwaps
from GlobalMarkets.services.intake import BarIntake, intake_of
from GlobalMarkets.services.websocket_broadcast import broadcast_bars, broadcast_vwaps
from GlobalMarkets.services.websocket_markets import tell_market_status
from jobs.registry import job, seconds

BUDGET = 0.8  # seconds that one run spends on taking steps; what is left waits for the next


@job("intraday", every=seconds(1), features=("intraday",), timeout=seconds(5))
class IntradayJob:
    """One-minute bars: the open ones as they grow, the closed ones once."""

    def run(self, now: datetime) -> None:
        with intake_of(feeds.current()).turn() as intake:
            take_steps(intake, now, BUDGET)


def take_steps(intake: BarIntake, now: datetime, budget: float) -> None:
    """Record and broadcast until nothing is due, or the budget (in seconds) is spent; each step is one transaction."""
    started = monotonic()
    while step := intake.next_step(now):
        with transaction.atomic():
            broadcast_bars(intake.record(step))
        intake.settle(step)
        if monotonic() - started >= budget:
            return


@job("closed_bars", every=seconds(60), timeout=seconds(10))
class ClosedBarsJob:
    """Closes what was left open, e.g. by a crash: everything that ended before what this process has recorded."""

    def run(self, now: datetime) -> None:
        until = intake_of(feeds.current()).recorded_until
        if until is not None:
            with transaction.atomic():
                broadcast_bars(close_bars_before(until))


@job("vwap", every=seconds(5), timeout=seconds(5))
class VwapJob:
    """The session's average price, anew for each market minute that has closed (a replay has many in a minute)."""

    def run(self, now: datetime) -> None:
        rows = averages_due(market_now(now))
        if rows:
            with transaction.atomic():
                broadcast_vwaps(record_vwaps(rows))


@job("market_clock", every=seconds(1), timeout=seconds(5))
class MarketClockJob:
    """The status message at the very second in which a market opens, breaks, resumes or closes; else it does nothing."""

    next_change: ClassVar[datetime | None] = None

    def run(self, now: datetime) -> None:
        at = market_now(now)
        if self.next_change is None or at >= self.next_change:
            if self.next_change is not None:
                tell_market_status(at)
            coming = next_boundary(at)
            type(self).next_change = coming.at if coming else None
