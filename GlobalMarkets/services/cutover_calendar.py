"""What the cutover knows of markets: the stored sessions of a venue, and the time there (its port, `cutover.sessions`)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from cutover.sessions import Session, use
from GlobalMarkets import feeds
from GlobalMarkets.models import TradingSession
from GlobalMarkets.selectors.markets import newest_status_at
from GlobalMarkets.services.clock import market_now


class StoredCalendar:
    """Sessions as they are stored: whatever the schedule does not tell of has none."""

    def market_time(self, now: datetime) -> datetime:
        """Of a replay that another process plays, as far as that one has recorded: a command's own clock stands still."""
        replay = feeds.current().status().replay
        recorded = None if replay is None or replay.playing else newest_status_at()
        return recorded or market_now(now)

    def running(self, calendar: str, at: datetime) -> Session | None:
        return _first(_sessions_of(calendar).filter(opens_at__lte=at, closes_at__gt=at))

    def last(self, calendar: str, at: datetime) -> Session | None:
        return _first(_sessions_of(calendar).filter(closes_at__lte=at).order_by("-opens_at"))

    def coming(self, calendar: str, at: datetime) -> Session | None:
        return _first(_sessions_of(calendar).filter(opens_at__gt=at))

    def between(self, calendar: str, since: datetime, until: datetime) -> list[Session]:
        return [_session(row) for row in _sessions_of(calendar).filter(opens_at__lt=until, closes_at__gt=since)]


def _sessions_of(calendar: str) -> QuerySet[TradingSession]:
    rows = TradingSession.objects.filter(venue__mic=calendar, opens_at__isnull=False)
    return rows.select_related("venue").order_by("opens_at")


def _first(rows: QuerySet[TradingSession]) -> Session | None:
    found = rows.first()
    return None if found is None else _session(found)


def _session(row: TradingSession) -> Session:
    assert row.opens_at is not None and row.closes_at is not None  # noqa: S101, PT018 - a holiday has neither, and is no session
    return Session(row.venue.mic, row.date, row.opens_at, row.closes_at)


use(StoredCalendar())
