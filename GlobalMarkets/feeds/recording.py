"""A recorded file of bars, read and validated whole before anything of it is used.

CSV, or CSV in gzip: `symbol,timestamp_utc,open,high,low,close,volume`; a timestamp is the start of its bar, in UTC.
A file in which any timestamp has seconds holds second bars: each is told as four trades, its open, high, low and close.
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import IO

from GlobalMarkets.feeds.figures import PRICES, order_fault, price_fault, volume_fault
from GlobalMarkets.feeds.minutes import MINUTE, bars_of
from GlobalMarkets.feeds.port import BarRow, Listing, RecordingError, Trade

COLUMNS = ["symbol", "timestamp_utc", *PRICES, "volume"]
COUNTRY = "USA"  # the columns hold no country
SECOND, QUARTER = timedelta(seconds=1), timedelta(milliseconds=250)
FIGURE = re.compile(r"-?\d{1,40}(\.\d{0,40})?")
WHOLE = re.compile(r"-?\d{1,40}(\.0*)?")
SYMBOL = re.compile(r"[!-~]{1,32}")
STAMP = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(Z|\+00:00)")
SAMPLE = Path(__file__).with_name("sample_day.csv.gz")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file, as it stands there."""

    listing: Listing
    start: datetime
    prices: tuple[Decimal, Decimal, Decimal, Decimal]
    volume: int


@dataclass(frozen=True)
class Recording:
    """A validated file: its rows ascend by their start."""

    file: str
    rows: tuple[Row, ...]

    @cached_property
    def by_second(self) -> bool:
        return any(row.start.second for row in self.rows)

    @cached_property
    def width(self) -> timedelta:
        """How long after its start a row is known: a second, or a minute."""
        return SECOND if self.by_second else MINUTE

    @cached_property
    def listings(self) -> tuple[Listing, ...]:
        return tuple(dict.fromkeys(row.listing for row in self.rows))

    def minute_bars(self, rows: Iterable[Row] | None = None) -> list[BarRow]:
        """The closed minute bars that the rows amount to, by minute and symbol."""
        chosen = self.rows if rows is None else rows
        bars = [*_folded(chosen)] if self.by_second else [bar_of(row) for row in chosen]
        return sorted(bars, key=lambda bar: (bar.minute, bar.symbol))


def _folded(rows: Iterable[Row]) -> Iterator[BarRow]:
    by_listing: defaultdict[Listing, list[Trade]] = defaultdict(list)
    for row in rows:
        by_listing[row.listing] += trades_of(row)
    for trades in by_listing.values():
        yield from bars_of(trades)


def bar_of(row: Row) -> BarRow:
    """The closed bar that a minute's row is."""
    return BarRow(*row.listing, row.start, *row.prices, row.volume, closed=True, as_of=row.start + MINUTE)


def trades_of(row: Row) -> list[Trade]:
    """The four trades that a second's row is told as; the last carries the volume."""
    sizes = (0, 0, 0, row.volume)
    return [
        Trade(*row.listing, at=row.start + place * QUARTER, price=price, size=sizes[place])
        for place, price in enumerate(row.prices)
    ]


def load(path: str | Path) -> Recording:
    """The file's recording (`sample` is the one that the repository holds); RecordingError says what is wrong where."""
    file = SAMPLE if str(path) == "sample" else Path(path).expanduser()
    try:
        with _opened(file) as lines:
            rows = _rows(file, lines)
    except OSError as fault:
        raise RecordingError(f"{file}: {fault.strerror or fault}") from None
    return Recording(str(path), tuple(sorted(rows, key=lambda row: (row.start, row.listing))))


def _opened(file: Path) -> IO[str]:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8", newline="")
    return file.open(encoding="utf-8-sig", newline="")


def _rows(file: Path, lines: IO[str]) -> list[Row]:
    reader = csv.reader(lines)
    rows: list[Row] = []
    seen: dict[tuple[Listing, datetime], int] = {}
    try:
        _check_header(next(reader, []))
        for cells in reader:
            row = _row(cells)
            first = seen.setdefault((row.listing, row.start), reader.line_num)
            if first != reader.line_num:
                raise ValueError(f"{row.listing.symbol} at {cells[1]} is there already, in line {first}")
            rows.append(row)
        if not rows:
            raise ValueError("no rows follow the header")
    except ValueError as fault:  # a broken encoding is one, too
        raise RecordingError(f"{file}, line {max(reader.line_num, 1)}: {fault}") from None
    except (csv.Error, EOFError, zlib.error, gzip.BadGzipFile) as fault:
        raise RecordingError(f"{file}, line {reader.line_num + 1}: cannot be read on: {fault}") from None
    return rows


def _check_header(cells: list[str]) -> None:
    if cells != COLUMNS:
        raise ValueError(f"the header is {','.join(cells)!r}, not {','.join(COLUMNS)!r}")


def _row(cells: list[str]) -> Row:
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(cells)} columns instead of {len(COLUMNS)}")
    symbol, stamp, *figures, volume = cells
    if not SYMBOL.fullmatch(symbol):
        raise ValueError(f"symbol {symbol!r} is not 1 to 32 characters without a space")
    prices = tuple(_price(name, text) for name, text in zip(PRICES, figures, strict=True))
    _refuse(order_fault(*prices))
    return Row(Listing(COUNTRY, symbol), _start(stamp), prices, _volume(volume))  # type: ignore[arg-type]


def _start(text: str) -> datetime:
    if not STAMP.fullmatch(text):
        raise ValueError(f"timestamp_utc {text!r} is not like 2013-10-08T13:30:00Z")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise ValueError(f"timestamp_utc {text!r} is not an instant") from None


def _price(name: str, text: str) -> Decimal:
    if not FIGURE.fullmatch(text):
        raise ValueError(f"{name} {text!r} is not a number")
    price = Decimal(text)
    _refuse(price_fault(name, price))
    return price


def _volume(text: str) -> int:
    if not WHOLE.fullmatch(text):
        raise ValueError(f"volume {text!r} is not a whole number")
    volume = int(text.partition(".")[0])
    _refuse(volume_fault(volume))
    return volume


def _refuse(fault: str) -> None:
    if fault:
        raise ValueError(fault)
