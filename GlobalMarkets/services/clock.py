"""What time it is in the market: the wall's, or a replay's own."""

from __future__ import annotations

from datetime import datetime

from GlobalMarkets import feeds


def market_now(now: datetime) -> datetime:
    """The market's time when it is `now` on the wall: market facts (bars, status, exits) go by it, leases do not."""
    return feeds.current().market_time(now)
