"""Room in PostgreSQL's pages for rows that move on; SQLite has nothing of the kind."""

from __future__ import annotations

import pytest
from django.db import connection

from realtime import storage
from realtime.storage import FILLED_PER_CENT, TABLES, leave_room

pytestmark = pytest.mark.django_db


def options_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [table])
        return cursor.fetchone()[0]


def test_after_a_migration_pages_have_room():
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL has pages that can be told to leave room")
    assert [options_of(table) for table in TABLES] == [[f"fillfactor={FILLED_PER_CENT}"]] * 2


def test_elsewhere_and_before_there_are_tables_nothing_is_done(monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(storage, "TABLES", ("not_there_yet",))
    with django_assert_max_num_queries(1):
        leave_room(using="default")
