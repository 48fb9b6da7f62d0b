"""Works out the sessions' average prices that have new closed bars."""

from __future__ import annotations

from datetime import datetime

from GlobalMarkets.feeds.minutes import MINUTE
from GlobalMarkets.feeds.port import BarRow, Listing
from GlobalMarkets.selectors.bars import closed_between, newest_closed_between, stored_vwaps
from GlobalMarkets.services.bars import vwap_of
from GlobalMarkets.services.ingest import VwapRow
from GlobalMarkets.services.session_window import SessionWindow, windows_due


def averages_due(at: datetime) -> list[VwapRow]:
    """The averages, as of `at` in the market, of the listings with bars that the stored average lacks."""
    rows: list[VwapRow] = []
    for country, windows in windows_due(at).items():
        for window in windows:
            rows += _due(country, window)
    return rows


def _due(country: str, window: SessionWindow) -> list[VwapRow]:
    newest = newest_closed_between(country, window.start, window.end)
    stored = stored_vwaps(country, window.date)
    behind = [
        symbol for symbol, minute in newest.items() if symbol not in stored or stored[symbol].as_of < minute + MINUTE
    ]
    rows = (_average(country, symbol, window, newest[symbol]) for symbol in behind)
    return [row for row in rows if row is not None]


def _average(country: str, symbol: str, window: SessionWindow, newest: datetime) -> VwapRow | None:
    bars: list[BarRow] = closed_between(Listing(country, symbol), window.start, newest + MINUTE)
    average = vwap_of(bars)
    if average is None:
        return None
    return VwapRow(country, symbol, window.date, average.vwap, average.volume, as_of=newest + MINUTE)
