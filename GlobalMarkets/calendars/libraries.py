"""What exchange-calendars and pandas-market-calendars say: the one place that imports them, never in a server's process."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pandas_market_calendars

from GlobalMarkets.calendars.days import Hours, day_range
from GlobalMarkets.calendars.names import plain
from GlobalMarkets.calendars.rulings import Opinions
from GlobalMarkets.calendars.venues import VenueRow

MARGIN = timedelta(days=30)
XC_COLUMNS = ("open", "break_start", "break_end", "close")
PMC_COLUMNS = ("market_open", "break_start", "break_end", "market_close")


def opinions(venue: VenueRow, first: date, last: date) -> Opinions:
    """Both libraries on a venue's days; one that merely mirrors the other counts as one opinion with it."""
    warnings.simplefilter("ignore")
    by_library: dict[str, dict[date, Hours | None]] = {}
    calendar = _exchange_calendar(venue.xc, first, last)
    if calendar is not None:
        by_library["xc"] = _hours(venue, calendar.schedule, XC_COLUMNS, *_told(type(calendar), first, last))
    market = pandas_market_calendars.get_calendar(venue.pmc)
    if not type(market).__module__.endswith(".mirror"):
        schedule = market.schedule(str(first), str(last), tz=market.tz)
        by_library["pmc"] = _hours(venue, schedule, PMC_COLUMNS, first, last)
    return Opinions(by_library, _names(market, first, last) | _names(calendar, first, last))


def _exchange_calendar(name: str, first: date, last: date) -> Any:
    module = importlib.import_module(f"exchange_calendars.exchange_calendar_{name.lower()}")
    kind = getattr(module, f"{name}ExchangeCalendar")
    start, end = _told(kind, first - MARGIN, last + MARGIN)  # it wants more than one day, and a session among them
    return kind(start=str(start), end=str(end)) if start <= last and first <= end else None


def _told(kind: Any, first: date, last: date) -> tuple[date, date]:
    """The part of a range of which a calendar of this kind tells."""
    earliest, latest = kind.bound_min(), kind.bound_max()
    return max(first, earliest.date()) if earliest else first, min(last, latest.date()) if latest else last


def _hours(
    venue: VenueRow, schedule: Any, columns: tuple[str, ...], first: date, last: date
) -> dict[date, Hours | None]:
    said: dict[date, Hours | None] = dict.fromkeys(day_range(first, last))
    present = [column for column in columns if column in schedule]
    for row in schedule[present].itertuples():
        told = dict(zip(present, row[1:], strict=True))
        day = row[0].date()
        if day in said:
            said[day] = _day_hours(day, [_local(venue, told.get(column)) for column in columns])
    return said


def _local(venue: VenueRow, moment: Any) -> Any:
    return None if moment is None or pd.isna(moment) else moment.tz_convert(venue.time_zone)


def _day_hours(day: date, moments: list[Any]) -> Hours:
    opens, pause, resume, close = (moment and moment.time() for moment in moments)
    if pause is None or resume is None or not pause < resume < close:
        pause = resume = None
    return Hours(opens, close, pause, resume, overnight=moments[0].date() < day)


def _names(calendar: Any, first: date, last: date) -> dict[date, str]:
    names: dict[date, str] = {}
    for rules in _rules(calendar) if calendar is not None else ():
        try:
            found = rules.holidays(str(first), str(last), return_name=True)
        except (AttributeError, TypeError, ValueError):
            continue
        names |= {moment.date(): plain(str(name)) for moment, name in found.items() if name}
    return names


def _rules(calendar: Any) -> Iterator[Any]:
    for _, rules in [*getattr(calendar, "special_closes", []), *getattr(calendar, "special_opens", [])]:
        yield rules
    if calendar.regular_holidays is not None:
        yield calendar.regular_holidays
