"""Rows in one parameter: what goes in comes out, as the database's own types."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction

from bulk.rows import columns_of, columns_read, decimal, in_utc, insert_rows, instant, rows_select, rows_text

OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
COLUMNS = {
    "name": "text",
    "count": "bigint",
    "price": "numeric",
    "is_open": "boolean",
    "at": "timestamptz",
    "day": "date",
}


AS_TEXT = {"sqlite": "at", "postgresql": "(at AT TIME ZONE 'UTC')::text"}


def taken_apart(rows):
    with connection.cursor() as cursor:
        given = [rows_text(in_utc(rows))]
        cursor.execute(
            f"SELECT name, count, price, is_open, {AS_TEXT[connection.vendor]}, day FROM ({rows_select(COLUMNS)}) one",
            given,
        )
        return [
            (name, count, decimal(price, "%.4f"), bool(is_open), instant(at), date.fromisoformat(str(day)))
            for name, count, price, is_open, at, day in cursor.fetchall()
        ]


@pytest.mark.django_db
def test_what_goes_in_comes_out_in_its_order():
    rows = [
        ("BRK.B", 999_999_999_999_999, Decimal("12345678901.2345"), True, OPEN, OPEN.date()),
        ('a "quoted" \\ name, ∑ %s', -1, Decimal("-0.0001"), False, OPEN.replace(microsecond=1200), date(1999, 12, 31)),
        ("", 0, Decimal("100.0000"), True, OPEN, OPEN.date()),
    ]
    assert taken_apart(rows) == rows


@pytest.mark.django_db
def test_there_may_be_no_rows_at_all():
    assert taken_apart([]) == []


@pytest.mark.django_db
def test_instants_of_other_zones_are_the_same_instants():
    kolkata = OPEN.astimezone(timezone(timedelta(hours=5, minutes=30)))
    ((_, _, _, _, at, _),) = taken_apart([("x", 1, Decimal(1), True, kolkata, kolkata.date())])
    assert at == OPEN


@pytest.mark.django_db
def test_an_instant_is_read_as_it_was_stored():
    Session.objects.create(session_key="k", session_data="d", expire_date=OPEN.replace(microsecond=1200))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns_read(Session, ['session_key', 'expire_date'], 'one')} FROM django_session one")
        key, expires = cursor.fetchone()
    assert (key, instant(expires)) == ("k", OPEN.replace(microsecond=1200))


def test_figures_as_cursors_give_them():
    assert str(decimal(100.01, "%.4f")) == "100.0100"
    assert str(decimal(100, "%.4f")) == "100.0000"
    assert decimal(Decimal("0.1"), "%.4f") == Decimal("0.1")


def test_columns_are_those_of_a_model():
    assert columns_of(Session, ["session_data", "expire_date"]) == {
        "session_data": "text",
        "expire_date": "timestamptz",
    }


@pytest.mark.django_db
def test_new_rows_are_inserted_as_they_are():
    rows = [(f"key {number}", 'a "quoted" \\ text, \t ∑ \n %s', OPEN) for number in range(3)]
    insert_rows("django_session", columns_of(Session, ["session_key", "session_data", "expire_date"]), rows)
    found = Session.objects.order_by("session_key").values_list("session_key", "session_data", "expire_date")
    assert list(found) == rows


@pytest.mark.django_db
def test_a_row_that_is_there_already_is_refused():
    columns = columns_of(Session, ["session_key", "session_data", "expire_date"])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows("django_session", columns, [("one", "", OPEN), ("one", "", OPEN)])
    assert not Session.objects.exists()
