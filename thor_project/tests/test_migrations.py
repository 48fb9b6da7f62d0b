"""Migrations on a database that has rows: these stay whole, and a process of the version before goes on writing.

Each app is taken back to each of its early states, each of its tables gets rows, and the database migrates forward again.
On PostgreSQL, too: `scripts/with_postgres.py .venv/bin/pytest thor_project/tests/test_migrations.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from thor_project.env import ROOT

State = tuple[str, str]
"""An app's label, and its migration that was the last one then."""

OURS = [config.label for config in apps.get_app_configs() if ROOT in Path(config.path).parents[:2]]
NEVER_RAN = {("cutover", "0001_initial")}
"""No version was released in this state: no process of it can go on writing."""

FULL, BARE, LATER_FULL, LATER_BARE = range(1, 5)
"""Rows by number. A bare one has nothing where nothing may be."""

NOW = datetime(2026, 11, 20, 14, 30, 15, 123456, tzinfo=UTC)
FILLED: dict[str, Callable[[Any, int], Any]] = {
    "BigIntegerField": lambda field, n: 2**62 + n,
    "BooleanField": lambda field, n: n % 2 == 1,
    "CharField": lambda field, n: str(n).ljust(field.max_length, "ß"),
    "DateField": lambda field, n: NOW.date() - timedelta(days=n),
    "DateTimeField": lambda field, n: NOW - timedelta(days=n),
    "DecimalField": lambda field, n: Decimal(10**field.max_digits - n).scaleb(-field.decimal_places),
    "JSONField": lambda field, n: {"number": n, "nested": [1.5, None, "ß"]},
    "PositiveBigIntegerField": lambda field, n: 2**62 + n,
    "PositiveIntegerField": lambda field, n: 2**31 - 10 + n,
    "PositiveSmallIntegerField": lambda field, n: n,
    "TextField": lambda field, n: str(n).ljust(10_000, "ß"),
}
"""By the kind of a column: as much as it holds, another value for each row."""


def early_states() -> list[State]:
    """All but the last of each of our apps, in order."""
    graph = MigrationLoader(None).graph
    leaves = [leaf for leaf in graph.leaf_nodes() if leaf[0] in OURS]
    return [state for leaf in leaves for state in graph.forwards_plan(leaf)[:-1] if state[0] == leaf[0]]


def migrate(*targets: State) -> None:
    MigrationExecutor(connection).migrate(list(targets))


def models_at(*targets: State) -> Any:
    """The models as they were."""
    return MigrationLoader(connection).project_state(list(targets)).apps


def newest() -> list[State]:
    return MigrationLoader(connection).graph.leaf_nodes()


@pytest.fixture
def forward_again(transactional_db: None) -> Iterator[None]:
    yield
    migrate(*newest())


class Filler:
    """Makes rows, and what they refer to."""

    def __init__(self) -> None:
        self._made: dict[tuple[type[models.Model], int], models.Model] = {}

    def row(self, model: type[models.Model], number: int) -> models.Model:
        if (model, number) not in self._made:
            columns = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
            values = {field.name: self._value(field, number) for field in columns}
            self._made[model, number] = model._base_manager.create(**values)
        return self._made[model, number]

    def _value(self, field: Any, number: int) -> Any:
        if field.null and number in (BARE, LATER_BARE):
            return None
        if field.is_relation:
            return self.row(field.related_model, number)
        if field.choices:
            return field.choices[-number % len(field.choices)][0]
        return field.get_default() or FILLED[field.get_internal_type()](field, number)


def fill(tables: list[type[models.Model]], *numbers: int) -> None:
    filler = Filler()
    for model in tables:
        for number in numbers:
            filler.row(model, number)


def contents(tables: list[type[models.Model]], known: Any) -> dict[str, list[dict[str, Any]]]:
    """Of each table the columns that it has in `tables`, read by the models of `known`."""
    found = {}
    for model in tables:
        columns = [field.attname for field in model._meta.concrete_fields]
        rows = known.get_model(model._meta.label)._base_manager.order_by("pk")
        found[model._meta.label] = list(rows.values(*columns))
    return found


def test_every_app_with_a_second_migration_is_tried():
    several = {path.parent.parent.name for path in ROOT.glob("*/migrations/0002*.py")}
    labels = {config.label for config in apps.get_app_configs() if config.name in several}
    assert labels == {app for app, _ in early_states()}


@pytest.mark.usefixtures("forward_again")
@pytest.mark.parametrize("state", early_states(), ids=".".join)
def test_rows_stay_whole_and_a_process_of_before_writes_on(state):
    migrate(state)
    of_then, of_now = models_at(state), models_at(*newest())
    tables = list(of_then.get_app_config(state[0]).get_models())
    fill(tables, FULL, BARE)
    before = contents(tables, of_then)
    assert all(len(rows) == 2 for rows in before.values())
    migrate(*newest())
    assert contents(tables, of_now) == before
    if state not in NEVER_RAN:
        fill(tables, LATER_FULL, LATER_BARE)
        after = contents(tables, of_now)
        assert {table: rows[:2] for table, rows in after.items()} == before
        assert after == contents(tables, of_then)
        assert all(len(rows) == 4 for rows in after.values())
