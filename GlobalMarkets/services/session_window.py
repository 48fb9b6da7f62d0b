"""Over which hours a day's average price is taken: the session's, or the day so far where there is none (yet)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from GlobalMarkets.calendars.days import Session, day_range
from GlobalMarkets.feeds.recording import COUNTRY
from GlobalMarkets.selectors.bars import newest_vwap_session, oldest_minute
from GlobalMarkets.selectors.markets import sessions_on

LONGEST = timedelta(days=30)  # how far back averages are caught up on


@dataclass(frozen=True, slots=True)
class HomeVenue:
    """The venue whose sessions a country's instruments keep."""

    mic: str
    zone: ZoneInfo


HOMES = {COUNTRY: HomeVenue("XNYS", ZoneInfo("America/New_York"))}


@dataclass(frozen=True, slots=True)
class SessionWindow:
    """The session of one date: bars with a minute in [start, end) count."""

    date: date
    start: datetime
    end: datetime


def windows_due(at: datetime) -> dict[str, list[SessionWindow]]:
    """By country, the windows of the days since the last recorded average (or the first bar) up to `at`."""
    return {country: _windows(country, home, at) for country, home in HOMES.items()}


def _windows(country: str, home: HomeVenue, at: datetime) -> list[SessionWindow]:
    today = at.astimezone(home.zone).date()
    first = min(max(_first_day(country, home, today), today - LONGEST), today)
    days = day_range(first, today)
    sessions = sessions_on(home.mic, first, today)
    return [window_of(day, sessions, home.zone, at) for day in days]


def _first_day(country: str, home: HomeVenue, today: date) -> date:
    """The day of the newest average, which may lack its last bars; or of the oldest bar."""
    newest = newest_vwap_session(country)
    if newest is not None:
        return newest
    oldest = oldest_minute(country)
    return oldest.astimezone(home.zone).date() if oldest else today


def window_of(day: date, sessions: Mapping[date, Session], zone: ZoneInfo, at: datetime) -> SessionWindow:
    """The session of a day if it has opened by `at`; else the whole day in the venue's clock."""
    session = sessions.get(day)
    if session is not None and session.opens_at <= at:
        return SessionWindow(day, session.opens_at, session.closes_at)
    return SessionWindow(day, midnight(day, zone), midnight(day + timedelta(days=1), zone))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
