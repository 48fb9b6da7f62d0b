"""Copies a whole database into an empty PostgreSQL: all or nothing, every row as it is, and counted on both sides.

MoveError
├── NotPostgres
├── NotEmpty
└── CountsDiffer
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction

TARGET = "move_target"
ROWS_AT_ONCE = 2000
MADE_BY_MIGRATING: tuple[type[models.Model], ...] = (Permission, ContentType)


class MoveError(Exception):
    """Nothing was moved; the message says why not."""


class NotPostgres(MoveError):
    """The target is no PostgreSQL: name one as postgres://…"""


class NotEmpty(MoveError):
    """The target has rows of its own already: name an empty database."""


class CountsDiffer(MoveError):
    """A table did not arrive whole."""


@dataclass(frozen=True, slots=True)
class Moved:
    table: str
    rows: int


def move(database: dict[str, Any]) -> list[Moved]:
    """Copy everything to the database that these settings (as DATABASES has them) name; what was moved, by table.

    Raises MoveError, and whatever the database raises; then nothing is there but empty tables. Nobody can write to an SQLite
    while it is copied.
    """
    connections.databases[TARGET] = connections.configure_settings({DEFAULT_DB_ALIAS: database})[DEFAULT_DB_ALIAS]
    try:
        if connections[TARGET].vendor != "postgresql":
            raise NotPostgres(NotPostgres.__doc__)
        call_command("migrate", database=TARGET, interactive=False, verbosity=0)
        with transaction.atomic(), transaction.atomic(using=TARGET):
            return _copy_all()
    finally:
        connections[TARGET].close()
        del connections[TARGET]
        del connections.databases[TARGET]


def tables() -> list[type[models.Model]]:
    """Every table that migrations make, those between two models as well."""
    made = (model for model in apps.get_models(include_auto_created=True) if model._meta.managed)
    return [model for model in made if not model._meta.proxy and not model._meta.swapped]


def _copy_all() -> list[Moved]:
    for model in MADE_BY_MIGRATING:
        model._base_manager.using(TARGET).all().delete()
    for model in tables():
        if model._base_manager.using(TARGET).exists():
            raise NotEmpty(f"{model._meta.db_table}: {NotEmpty.__doc__}")
    moved = [Moved(model._meta.db_table, _copy(model)) for model in tables()]
    _move_sequences_on()
    return moved


def _copy(model: type[models.Model]) -> int:
    """By COPY, whose rows are not touched on the way: what a field sets at saving (the time of now, say) stays as it was."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    target = connections[TARGET]
    quoted = ", ".join(target.ops.quote_name(str(field.column)) for field in fields)
    statement = f"COPY {target.ops.quote_name(model._meta.db_table)} ({quoted}) FROM STDIN"
    with target.cursor() as cursor, cursor.copy(statement) as copy:
        for row in _rows(model, fields):
            copy.write_row(row)
    there, here = model._base_manager.using(TARGET).count(), model._base_manager.count()
    if there != here:
        raise CountsDiffer(f"{model._meta.db_table}: {there} of {here} rows. {CountsDiffer.__doc__}")
    return there


def _rows(model: type[models.Model], fields: Sequence[models.Field[Any, Any]]) -> Iterator[list[Any]]:
    target = connections[TARGET]
    values = model._base_manager.order_by("pk").values_list(*(field.attname for field in fields))
    for row in values.iterator(ROWS_AT_ONCE):
        yield [field.get_db_prep_save(value, target) for field, value in zip(fields, row, strict=True)]


def _move_sequences_on() -> None:
    """The next row that is made there comes after those that were copied."""
    target = connections[TARGET]
    with target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(no_style(), tables()):
            cursor.execute(statement)
