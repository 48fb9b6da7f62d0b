"""Many rows in one parameter: they travel to the database as one JSON text, which it takes apart itself.

A placeholder for each value is what is slow in a bulk statement: it is written and adapted in Python, one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from django.db import connection, models

_encode = msgspec.json.Encoder(decimal_format="number").encode

TYPES = {
    "BigAutoField": "bigint",
    "BigIntegerField": "bigint",
    "BooleanField": "boolean",
    "CharField": "text",
    "DateField": "date",
    "DateTimeField": "timestamptz",
    "DecimalField": "numeric",
    "ForeignKey": "bigint",
    "TextField": "text",
}
"""The column type of a kind of field."""


def columns_of(model: type[models.Model], names: Iterable[str]) -> dict[str, str]:
    """What `rows_select` must be told of a model's columns."""
    return {name: TYPES[model._meta.get_field(name).get_internal_type()] for name in names}


def rows_text(rows: Iterable[Sequence[Any]]) -> str:
    """The parameter: an array of rows, in which Decimals are numbers. Instants must be in UTC."""
    return _encode(list(rows)).decode()


def in_utc(rows: Sequence[tuple[Any, ...]]) -> Sequence[tuple[Any, ...]]:
    """The rows, their instants in UTC."""
    if all(value.tzinfo is UTC for row in rows for value in row if type(value) is datetime):
        return rows
    return [tuple(value.astimezone(UTC) if type(value) is datetime else value for value in row) for row in rows]


def rows_select(columns: Mapping[str, str]) -> str:
    """A SELECT with one parameter, `rows_text`, that gives its rows in their order; `columns`: each one's name and type.

    It ends in a WHERE, which SQLite needs before an ON CONFLICT.
    """
    if connection.vendor == "sqlite":
        values = [_of_sqlite(place, type_) for place, type_ in enumerate(columns.values())]
        source = "json_each(%s)"
    else:
        values = [f"(given.value->>{place})::{type_}" for place, type_ in enumerate(columns.values())]
        source = "jsonb_array_elements(%s::jsonb)"
    named = [f"{value} AS {connection.ops.quote_name(name)}" for value, name in zip(values, columns, strict=True)]
    return f"SELECT {', '.join(named)} FROM {source} AS given WHERE true"  # noqa: S608 - no value is in it


def insert_rows(table: str, columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]]) -> None:
    """New rows, in the caller's transaction; PostgreSQL takes them by COPY. Instants must be in UTC."""
    into = f"{connection.ops.quote_name(table)} ({', '.join(map(connection.ops.quote_name, columns))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _copy(cursor.cursor, into, rows)
        else:
            cursor.execute(f"INSERT INTO {into} {rows_select(columns)}", [rows_text(rows)])


def _copy(cursor: Any, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """By the driver's own cursor: Django's has no COPY."""
    with connection.wrap_database_errors, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def columns_read(model: type[models.Model], names: Iterable[str], table: str = "") -> str:
    """Columns for a SELECT or a RETURNING of thousands of rows: instants come as `instant` takes them, which is cheap."""
    types = columns_of(model, names)
    prefix = f"{table}." if table else ""
    return ", ".join(_read(f"{prefix}{connection.ops.quote_name(name)}", type_) for name, type_ in types.items())


def _read(column: str, type_: str) -> str:
    """PostgreSQL's driver would make each instant in Python, slowly; SQLite gives text of itself."""
    is_slow = type_ == "timestamptz" and connection.vendor == "postgresql"
    return f"({column} AT TIME ZONE 'UTC')::text" if is_slow else column


@lru_cache(maxsize=4096)  # thousands of bars have one minute
def instant(given: str) -> datetime:
    """An instant that `columns_read` gave: text in UTC, without a zone."""
    return datetime.fromisoformat(f"{given}+00:00")


def decimal(given: Decimal | float, written: str) -> Decimal:
    """A figure that a cursor gave, written as e.g. `%.4f`: SQLite keeps a NUMERIC's 15 digits in a float, which holds them."""
    return given if isinstance(given, Decimal) else Decimal(written % given)


def _of_sqlite(place: int, type_: str) -> str:
    """A column of the row; an instant as Django stores it there, which is text without a zone."""
    value = f"json_extract(given.value, '$[{place}]')"
    return f"replace(rtrim({value}, 'Z'), 'T', ' ')" if type_ == "timestamptz" else value
