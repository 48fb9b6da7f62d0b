"""One tick of many symbols through the real door, beside the database's own bulk writes of the same bars.

python -m bench.publish_bulk SYMBOLS ROUNDS: prints one line of JSON. Needs a migrated database.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from bench.publish_setup import empty  # noqa: E402
from GlobalMarkets.feeds.port import BarRow  # noqa: E402
from GlobalMarkets.services.ingest import BARS, record_bars  # noqa: E402
from GlobalMarkets.services.websocket_broadcast import broadcast_bars  # noqa: E402
from realtime.garbage import calm_garbage_collector  # noqa: E402
from realtime.models import StoredPublication  # noqa: E402

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
COLUMNS = ("country", "symbol", "minute", "open", "high", "low", "close", "volume", "closed", "as_of")
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
REPLACED = ", ".join(f'"{name}" = excluded."{name}"' for name in COLUMNS[3:])
UPSERT = f"ON CONFLICT (country, symbol, minute) DO UPDATE SET {REPLACED}"
INTO = f"INSERT INTO markets_bar ({NAMES})"
INCOMING = "CREATE TEMP TABLE incoming ON COMMIT DROP AS"
ROWS_A_STATEMENT = 1000
Rows = Sequence[BarRow]


def tick(number: int, symbols: int, closed: bool) -> list[BarRow]:
    """The bars of one tick: an open minute that moves, or one more minute that is closed."""
    minute = OPEN + timedelta(minutes=number if closed else 0)
    as_of = minute + timedelta(minutes=1) if closed else minute + timedelta(milliseconds=number)
    price = Decimal(10_000 + number).scaleb(-2)
    prices = (price, price + 1, price - 1, price)
    return [BarRow("USA", f"S{at:05d}", minute, *prices, 1000 + number, closed, as_of) for at in range(symbols)]


# The ways. Each is given the same rows, and is done when they are committed.


def through_thor(rows: Rows) -> None:
    """Recorded, numbered, stored for recovery and nudged."""
    with transaction.atomic():
        broadcast_bars(record_bars(rows))


def by_executemany(rows: Rows) -> None:
    one = f"{INTO} VALUES ({', '.join(['%s'] * len(COLUMNS))}) {UPSERT}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(one, [_values(row) for row in rows])


def by_many_values(rows: Rows) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            some = rows[start : start + ROWS_A_STATEMENT]
            places = ", ".join([f"({', '.join(['%s'] * len(COLUMNS))})"] * len(some))
            values = [value for row in some for value in _values(row)]
            cursor.execute(f"{INTO} VALUES {places} {UPSERT}", values)


def by_copy(rows: Rows) -> None:
    """PostgreSQL's fastest way in, and from there into the table: COPY itself knows no conflict."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{INCOMING} SELECT {NAMES} FROM markets_bar LIMIT 0")  # noqa: S608
        with cursor.cursor.copy(f"COPY incoming ({NAMES}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(_values(row))
        cursor.execute(f"{INTO} SELECT {NAMES} FROM incoming {UPSERT}")  # noqa: S608


def by_json(rows: Rows) -> None:
    """The bars alone in Thor's own way: one parameter, and only what differs is changed."""
    with transaction.atomic():
        BARS.run(rows)


def _values(row: BarRow) -> tuple[Any, ...]:
    """As the driver takes them."""
    values = tuple(getattr(row, name) for name in COLUMNS)
    if connection.vendor == "postgresql":
        return values
    return tuple(_as_text(value) if isinstance(value, Decimal | datetime) else value for value in values)


def _as_text(value: Decimal | datetime) -> str:
    return str(value.replace(tzinfo=None)) if isinstance(value, datetime) else str(value)


WAYS: dict[str, Callable[[Rows], None]] = {
    "thor": through_thor,
    "executemany": by_executemany,
    "values": by_many_values,
    "json": by_json,
}


def measured(symbols: int, rounds: int) -> dict[str, Any]:
    """Milliseconds of each way in each round, for open bars that move and for closed ones that are new."""
    ways = WAYS | ({"copy": by_copy} if connection.vendor == "postgresql" else {})
    taken: dict[str, dict[str, list[float]]] = {kind: {name: [] for name in ways} for kind in ("open", "closed")}
    number = 0
    for round_ in range(rounds + 1):  # the first makes the topics and the pages, and does not count
        for kind, of_kind in taken.items():
            for name, way in ways.items():
                number += 1
                rows = tick(number, symbols, kind == "closed")
                before = time.perf_counter()
                way(rows)
                if round_:
                    of_kind[name].append((time.perf_counter() - before) * 1000)
    told = StoredPublication.objects.filter(slot__gt=0).count()
    if told != symbols * (rounds + 1):
        raise SystemExit(f"{told} closed bars were published, not {symbols * (rounds + 1)}")
    return {"database": connection.vendor, "taken": taken}


if __name__ == "__main__":
    empty()
    calm_garbage_collector()
    print(json.dumps(measured(int(sys.argv[1]), int(sys.argv[2]))))
