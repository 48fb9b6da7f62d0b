"""One bulk statement that inserts rows, or updates those that differ, and says which it touched; SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection, models

PARAMETERS = 10_000  # of one statement; SQLite takes 32 766, PostgreSQL 65 535


@dataclass(frozen=True)
class Upsert:
    """How a model's rows are recorded: unique by `keys`, compared by `values`, never replaced by an older `as_of`.

    `unless` is a further condition in SQL over `stored` and `excluded`, under which a row may be replaced.
    """

    model: type[models.Model]
    keys: tuple[str, ...]
    values: tuple[str, ...]
    returning: tuple[str, ...]
    only_if: str = ""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        return (*self.keys, *self.values, "as_of")

    def run(self, rows: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The `returning` columns of the rows that were inserted or changed; no two rows may share their keys."""
        changed: list[tuple[Any, ...]] = []
        for chunk in self._chunks(sorted(rows, key=self.key_of)):
            with connection.cursor() as cursor:
                cursor.execute(self._statement(len(chunk)), self._parameters(chunk))
                changed += cursor.fetchall()
        return changed

    def key_of(self, row: Any) -> tuple[Any, ...]:
        """What identifies a row; statements go in this order, so that two of them never wait for each other."""
        return tuple(getattr(row, name) for name in self.keys)

    def _chunks(self, rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
        size = PARAMETERS // len(self.columns)
        for start in range(0, len(rows), size):
            yield rows[start : start + size]

    def _statement(self, count: int) -> str:
        # Only names of our own models' columns are put into the text; every value is a parameter.
        row = f"({', '.join(['%s'] * len(self.columns))})"
        quoted = [connection.ops.quote_name(name) for name in self.columns]
        conditions = [
            f"({_list('stored', self.values)}) <> ({_list('excluded', self.values)})",
            "excluded.as_of >= stored.as_of",
            *([self.only_if] if self.only_if else []),
        ]
        return (
            f"INSERT INTO {connection.ops.quote_name(self.model._meta.db_table)} AS stored ({', '.join(quoted)}) "  # noqa: S608
            f"VALUES {', '.join([row] * count)} ON CONFLICT ({', '.join(quoted[: len(self.keys)])}) DO UPDATE SET "
            f"{', '.join(f'{name} = excluded.{name}' for name in quoted[len(self.keys) :])} "
            f"WHERE {' AND '.join(conditions)} RETURNING {_list('', self.returning)}"
        )

    def _parameters(self, rows: Sequence[Any]) -> list[Any]:
        fields = [field for field in self.model._meta.concrete_fields if field.name in self.columns]
        fields.sort(key=lambda field: self.columns.index(field.name))
        return [field.get_db_prep_save(getattr(row, field.name), connection) for row in rows for field in fields]


def _list(source: str, names: Sequence[str]) -> str:
    prefix = f"{source}." if source else ""
    return ", ".join(prefix + connection.ops.quote_name(name) for name in names)
