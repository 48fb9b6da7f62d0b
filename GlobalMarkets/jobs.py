"""The jobs of market data: each asks the provider, records in bulk and broadcasts the keys that changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import ClassVar

from django.db import transaction

from GlobalMarkets import feeds
from GlobalMarkets.selectors.markets import next_boundary
from GlobalMarkets.services.averages import averages_due
from GlobalMarkets.services.calendar_build import refresh, refresh_due
from GlobalMarkets.services.clock import market_now
from GlobalMarkets.services.day import days_due, record_days
from GlobalMarkets.services.ingest import close_bars_before, record_vwaps
from GlobalMarkets.services.intake import BarIntake, intake_of
from GlobalMarkets.services.websocket_broadcast import broadcast_bars, broadcast_vwaps
from GlobalMarkets.services.websocket_markets import tell_market_status
from GlobalMarkets.services.websocket_ticker import broadcast_days, broadcast_quotes
from jobs.registry import job, seconds

LOOK_AGAIN = timedelta(minutes=1)
BUDGET = 0.8  # seconds that one run spends on taking steps; what is left waits for the next


@job("intraday", every=seconds(1), features=("intraday",), timeout=seconds(5), in_heartbeat=True)
class IntradayJob:
    """One-minute bars: the open ones as they grow, the closed ones once; and the newest quotes."""

    def run(self, now: datetime) -> None:
        with intake_of(feeds.current()).turn() as intake:
            take_steps(intake, now, BUDGET)
            broadcast_quotes(intake.take_quotes())


def take_steps(intake: BarIntake, now: datetime, budget: float) -> None:
    """Record and broadcast until nothing is due, or the budget (in seconds) is spent; each step is one transaction."""
    started = monotonic()
    while step := intake.next_step(now):
        with transaction.atomic():
            broadcast_bars(intake.record(step))
        intake.settle(step)
        if monotonic() - started >= budget:
            return


@job("closed_bars", every=seconds(60), timeout=seconds(10), in_heartbeat=True)
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


@job("twenty_four_hour", every=seconds(60), timeout=seconds(30))
class TwentyFourHourJob:
    """Each listing's last 24 hours of market time."""

    def run(self, now: datetime) -> None:
        rows = days_due(market_now(now))
        if rows:
            with transaction.atomic():
                broadcast_days(record_days(rows))


@job("market_clock", every=seconds(1), timeout=seconds(5), in_heartbeat=True)
class MarketClockJob:
    """The status message at the very second in which a market opens, breaks, resumes or closes; else it does nothing."""

    watch: ClassVar[Watch | None] = None

    def run(self, now: datetime) -> None:
        at = market_now(now)
        if self.watch is None or self.watch.is_over(at):
            tell_market_status(at)
        if self.watch is None or self.watch.is_over(at) or now - self.watch.since >= LOOK_AGAIN:
            coming = next_boundary(at)
            type(self).watch = Watch(now, coming.at if coming else None)


@dataclass(frozen=True, slots=True)
class Watch:
    """The next change of a status (market time), as it was known at `since` (wall time): a refresh may bring an earlier one."""

    since: datetime
    change_at: datetime | None

    def is_over(self, at: datetime) -> bool:
        """Whether the change has come at `at` (market time)."""
        return self.change_at is not None and at >= self.change_at


@job("calendar_refresh", every=timedelta(days=7), timeout=timedelta(minutes=15))
class CalendarRefreshJob:
    """The calendars built anew each week, in a process of its own; a desk that loaded its calendars this week waits."""

    def run(self, now: datetime) -> None:
        if refresh_due(now):
            refresh(now)
