"""One bulk statement that inserts rows, or updates those that differ, and says which it touched; SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db import connection, models

from bulk.rows import columns_of, columns_read, in_utc, rows_select, rows_text


@dataclass(frozen=True)
class Upsert:
    """How a model's rows are recorded: unique by `keys`, compared by `values`, never replaced by an older `as_of`.

    `only_if` is a further condition in SQL over `stored` and `excluded`, under which a row may be replaced.
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
        """The `returning` columns of the rows that were inserted or changed, instants as text; no two rows may share their keys."""
        if not rows:
            return []
        ordered = sorted(map(attrgetter(*self.columns), rows))  # so that two statements never wait for each other
        with connection.cursor() as cursor:
            cursor.execute(self._statement(), [rows_text(in_utc(ordered))])
            changed: list[tuple[Any, ...]] = cursor.fetchall()
            return changed

    def _statement(self) -> str:
        # Only names of our own models' columns are put into the text; the rows are its one parameter.
        quoted = [connection.ops.quote_name(name) for name in self.columns]
        conditions = [
            f"({_list('stored', self.values)}) <> ({_list('excluded', self.values)})",
            "excluded.as_of >= stored.as_of",
            *([self.only_if] if self.only_if else []),
        ]
        return (
            f"INSERT INTO {connection.ops.quote_name(self.model._meta.db_table)} AS stored ({', '.join(quoted)}) "
            f"{rows_select(columns_of(self.model, self.columns))} "
            f"ON CONFLICT ({', '.join(quoted[: len(self.keys)])}) DO UPDATE SET "
            f"{', '.join(f'{name} = excluded.{name}' for name in quoted[len(self.keys) :])} "
            f"WHERE {' AND '.join(conditions)} RETURNING {columns_read(self.model, self.returning)}"
        )


def _list(source: str, names: Sequence[str]) -> str:
    return ", ".join(f"{source}.{connection.ops.quote_name(name)}" for name in names)
