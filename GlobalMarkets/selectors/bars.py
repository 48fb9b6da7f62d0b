"""Reads stored bars, last prices and averages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max, Q, QuerySet

from bulk.rows import columns_read, decimal, in_utc, instant, rows_select, rows_text
from GlobalMarkets.feeds.figures import PRICE_DECIMALS
from GlobalMarkets.feeds.port import BarRow, Listing
from GlobalMarkets.models import Bar, Instrument, StoredBar, Vwap

NEWEST = 390  # bars of one regular session of New York
LOOKUP = 200  # keys of one query
WRITTEN = f"%.{PRICE_DECIMALS}f"


@dataclass(frozen=True, slots=True)
class BarRange:
    """Which bars of a listing are meant: minutes in [start, end), the newest `limit` of them."""

    listing: Listing
    start: datetime | None = None
    end: datetime | None = None
    limit: int = NEWEST


def bars_of_range(wanted: BarRange, with_open: bool = False) -> list[Bar]:
    """The newest `limit` bars of a range, ascending; the open one counts as one of them where it is asked for."""
    rows = _of(wanted.listing)
    if not with_open:
        rows = rows.filter(closed=True)
    if wanted.start is not None:
        rows = rows.filter(minute__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.filter(minute__lt=wanted.end)
    return list(rows.order_by("-minute")[: wanted.limit])[::-1]


def has_older(listing: Listing, minute: datetime) -> bool:
    """Whether there are closed bars before this minute."""
    return _of(listing).filter(closed=True, minute__lt=minute).exists()


def open_bar(listing: Listing) -> Bar | None:
    """The bar of the minute that is still open."""
    return _of(listing).filter(closed=False).order_by("-minute").first()


def open_bars(listings: Iterable[Listing]) -> dict[Listing, StoredBar]:
    """The open bars of listings, the newest of each."""
    chosen = set(listings)
    wanted = rows_select({"symbol": "text"})
    tail = f"WHERE NOT bar.closed AND bar.symbol IN ({wanted}) ORDER BY bar.minute"
    rows = _stored(tail, [(symbol,) for symbol in {one.symbol for one in chosen}])
    return {found: row for row in rows if (found := listing_of(row)) in chosen}


def open_bars_before(until: datetime) -> list[BarRow]:
    """The bars that are stored open although their minute has ended by `until`."""
    return [row_of(bar) for bar in Bar.objects.filter(closed=False, minute__lte=until - timedelta(minutes=1))]


def open_bars_at(minute: datetime) -> list[BarRow]:
    """The bars of one minute that are stored open."""
    return [row_of(bar) for bar in Bar.objects.filter(closed=False, minute=minute)]


def closed_bars(keys: Sequence[tuple[Listing, datetime]]) -> dict[tuple[Listing, datetime], StoredBar]:
    """The closed bars at (listing, minute), as far as they are stored."""
    wanted = rows_select({"country": "text", "symbol": "text", "minute": "timestamptz"})
    tail = f"JOIN ({wanted}) AS wanted USING (country, symbol, minute) WHERE bar.closed"
    rows = _stored(tail, in_utc([(*listing, minute) for listing, minute in keys]))
    return {(listing_of(row), row.minute): row for row in rows}


def _stored(tail: str, wanted: Sequence[tuple[Any, ...]]) -> list[StoredBar]:
    """Bars by a bulk query: thousands at once, without the weight of as many models."""
    if not wanted:
        return []
    columns = columns_read(Bar, StoredBar._fields, "bar")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM markets_bar AS bar {tail}", [rows_text(wanted)])  # noqa: S608
        return [_row(found) for found in cursor.fetchall()]


def _row(found: tuple[Any, ...]) -> StoredBar:
    country, symbol, minute, open_, high, low, close, volume, closed, as_of = found
    return StoredBar(
        country,
        symbol,
        instant(minute),
        decimal(open_, WRITTEN),
        decimal(high, WRITTEN),
        decimal(low, WRITTEN),
        decimal(close, WRITTEN),
        volume,
        bool(closed),
        instant(as_of),
    )


def all_bars(database: str) -> list[BarRow]:
    """Every bar that a database holds, open ones too, by minute and symbol."""
    return [row_of(bar) for bar in Bar.objects.using(database).order_by("minute", "symbol").iterator()]


def newest_closed(listings: Iterable[Listing]) -> dict[Listing, datetime]:
    """The minute of each listing's newest closed bar."""
    chosen = set(listings)
    rows = (
        Bar.objects.filter(closed=True, symbol__in={one.symbol for one in chosen})
        .values_list("country", "symbol")
        .annotate(newest=Max("minute"))
    )
    return {found: at for country, symbol, at in rows if (found := Listing(country, symbol)) in chosen}


def newest_closed_between(country: str, start: datetime, end: datetime) -> dict[str, datetime]:
    """By symbol, the minute of the newest closed bar in [start, end); symbols without one are left out."""
    rows = Bar.objects.filter(country=country, minute__gte=start, minute__lt=end, closed=True)
    return dict(rows.values_list("symbol").annotate(newest=Max("minute")))


def closed_between(listing: Listing, start: datetime, end: datetime) -> list[BarRow]:
    """The closed bars with a minute in [start, end), ascending."""
    rows = _of(listing).filter(minute__gte=start, minute__lt=end, closed=True)
    return [row_of(bar) for bar in rows.order_by("minute")]


def last_prices(symbols: Collection[str], country: str = "USA") -> dict[str, Decimal]:
    """The close of each symbol's newest bar, open or closed; symbols without a bar are left out."""
    return {symbol: bar.close for symbol, bar in last_bars(symbols, country).items()}


def last_bars(symbols: Collection[str], country: str = "USA") -> dict[str, Bar]:
    """Each symbol's newest bar, open or closed; its `as_of` is the price's age."""
    names = sorted(set(symbols))
    found: dict[str, Bar] = {}
    for start in range(0, len(names), LOOKUP):
        found |= _last_bars(names[start : start + LOOKUP], country)
    return found


def _last_bars(symbols: Sequence[str], country: str) -> dict[str, Bar]:
    rows = Bar.objects.filter(country=country, symbol__in=symbols)
    condition = Q()
    for symbol, minute in rows.values_list("symbol").annotate(newest=Max("minute")):
        condition |= Q(symbol=symbol, minute=minute)
    return {bar.symbol: bar for bar in rows.filter(condition)} if condition else {}


def vwap(listing: Listing) -> Vwap | None:
    """The newest session's average."""
    return Vwap.objects.filter(country=listing.country, symbol=listing.symbol).order_by("-session").first()


def vwaps(listings: Collection[Listing]) -> Mapping[Listing, Vwap]:
    """The newest session's average of each listing that has one."""
    rows = Vwap.objects.filter(symbol__in={one.symbol for one in listings}).order_by("session")
    return {found: row for row in rows if (found := Listing(row.country, row.symbol)) in listings}


def stored_vwaps(country: str, session: date) -> dict[str, Vwap]:
    """By symbol, the averages of one session."""
    return {row.symbol: row for row in Vwap.objects.filter(country=country, session=session)}


def newest_vwap_session(country: str) -> date | None:
    """The newest session of a country that has averages."""
    return Vwap.objects.filter(country=country).order_by("-session").values_list("session", flat=True).first()


def oldest_minute(country: str) -> datetime | None:
    """The minute of a country's oldest bar."""
    return Bar.objects.filter(country=country).order_by("minute").values_list("minute", flat=True).first()


def watched() -> list[Listing]:
    """The watchlist."""
    rows = Instrument.objects.filter(is_watched=True).order_by("id")
    return [Listing(country, symbol) for country, symbol in rows.values_list("country", "symbol")]


def listing_of(bar: Bar | StoredBar) -> Listing:
    """Whose bar it is."""
    return Listing(bar.country, bar.symbol)


def row_of(bar: Bar | StoredBar) -> BarRow:
    """The stored bar as it travels between feeds and services."""
    return BarRow(
        country=bar.country,
        symbol=bar.symbol,
        minute=bar.minute.astimezone(UTC),
        open=bar.open,
        high=bar.high,
        low=bar.low,
        close=bar.close,
        volume=bar.volume,
        closed=bar.closed,
        as_of=bar.as_of.astimezone(UTC),
    )


def _of(listing: Listing) -> QuerySet[Bar]:
    return Bar.objects.filter(country=listing.country, symbol=listing.symbol)
