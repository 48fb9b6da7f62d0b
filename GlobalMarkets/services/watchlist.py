"""Keeps the watchlist (the settings' symbols, or in a replay those of its file), and knows what else feeds must watch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from django.db import transaction

from GlobalMarkets import feeds
from GlobalMarkets.feeds.port import Feed, Listing
from GlobalMarkets.feeds.recording import COUNTRY
from GlobalMarkets.models import Instrument
from GlobalMarkets.selectors.bars import watched

Symbols = Callable[[], Iterable[str]]
_needed: list[Symbols] = []


def need(symbols: Symbols) -> None:
    """Have live feeds watch these symbols beside the watchlist, e.g. what is held; asked anew at every step of the intake."""
    _needed.append(symbols)


def needed() -> list[Listing]:
    """What is needed beside the watchlist at this moment, each once."""
    return [Listing(COUNTRY, symbol) for symbol in dict.fromkeys(one for symbols in _needed for one in symbols())]


def settle_watchlist(feed: Feed | None = None) -> list[Listing]:
    """Make the stored watchlist what the feed (the process's, unless another is given) is to show; the list."""
    wanted = feeds.watchlist(feed or feeds.current())
    if watched() != wanted:
        record_watchlist(wanted)
    return wanted


def record_watchlist(wanted: Sequence[Listing]) -> None:
    """Watch these and no others; instruments once seen are kept."""
    rows = [Instrument(country=country, symbol=symbol, is_watched=True) for country, symbol in wanted]
    with transaction.atomic():
        Instrument.objects.filter(is_watched=True).update(is_watched=False)
        Instrument.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["country", "symbol"], update_fields=["is_watched"]
        )
