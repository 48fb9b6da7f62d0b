"""Small recordings of bars that tests make themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

HEADER = "symbol,timestamp_utc,open,high,low,close,volume"
NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2013, 10, 7, 13, 30, tzinfo=UTC)

BEGIN = START.date()


def bar_rows(symbol: str, minutes: int, start: datetime = START, price: int = 16700) -> list[str]:
    """Bars that rise a cent a minute: prices in cents from `price`."""
    return [
        f"{symbol},{start + timedelta(minutes=i):%Y-%m-%dT%H:%M:%SZ},"
        f"{(price + i) / 100:.2f},{(price + i + 3) / 100:.2f},{(price + i - 2) / 100:.2f},{(price + i + 1) / 100:.2f},{100 + i}"
        for i in range(minutes)
    ]


def recording(path: Path, *rows: list[str]) -> Path:
    """A file of bars in the order of their minutes."""
    lines = sorted((line for part in rows for line in part), key=lambda line: line.split(",")[1])
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


def trading_days(count: int, first: date = BEGIN) -> list[datetime]:
    """The opens of New York's sessions of autumn 2013, whose calendar Thor ships, weekday by weekday from `first`."""
    days = (first + timedelta(days=n) for n in range(2 * count + 2))
    opens = [datetime.combine(day, time(9, 30), NEW_YORK).astimezone(UTC) for day in days if day.weekday() < 5]
    return opens[:count]


def sessions_of(symbol: str, count: int, first: date = BEGIN, price: int = 16700) -> list[str]:
    """Whole sessions, 390 minutes each, whose every minute has another price."""
    opens = trading_days(count, first)
    return [row for n, day in enumerate(opens) for row in bar_rows(symbol, 390, day, price + 400 * n)]
