"""`compare_bars`: equal, different, or not to be told."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from GlobalMarkets.feeds.tests.makers import line, make_bar, make_open_bar, minute_lines, write_recording
from GlobalMarkets.management.commands import compare_bars
from GlobalMarkets.models import Bar
from GlobalMarkets.services.ingest import record_bars

configured = pytest.mark.django_db


def compared(*arguments):
    """What the command printed, and the fault it ended with."""
    out = StringIO()
    try:
        call_command("compare_bars", *map(str, arguments), stdout=out)
    except CommandError as fault:
        return out.getvalue(), fault
    return out.getvalue(), None


@configured
def test_equal_bars(tmp_path):
    record_bars([make_bar(0), make_bar(1)])
    told, fault = compared(write_recording(tmp_path, minute_lines(0, 1)))
    assert fault is None
    assert told.startswith("2 of 2 bars are stored as ")


@configured
def test_every_kind_of_difference_is_shown_in_columns(tmp_path):
    record_bars([make_bar(0), replace(make_bar(1), close=Decimal("100.76")), make_open_bar(3), make_bar(4)])
    told, fault = compared(write_recording(tmp_path, minute_lines(0, 1, 2, 3)))
    assert fault.returncode == 1
    assert "4 differences between " in str(fault)
    lines = told.splitlines()
    assert [part.split("  ")[-1] for part in lines[1::2]] == ["close", "not stored", "closed", "not in the file"]
    assert len({len(part) for part in lines[2::2]}) == 1
    assert "100.76" in lines[2]


@configured
def test_only_the_first_are_shown(tmp_path):
    told, fault = compared(write_recording(tmp_path, minute_lines(*range(30))))
    assert len(told.splitlines()) == 1 + 2 * compare_bars.SHOWN
    assert str(fault).endswith("the first 20 above")


@configured
def test_second_bars_are_compared_as_the_minutes_they_make(tmp_path):
    path = write_recording(tmp_path, [line(make_bar().minute), line(make_bar().minute.replace(second=5))])
    record_bars([replace(make_bar(), volume=2400)])
    assert compared(path)[1] is None


@pytest.fixture
def other_database(tmp_path, django_db_blocker):
    """A database file that holds the bar of the first minute, as a replay of `day.csv` would have left it."""
    path = tmp_path / "replay-day.sqlite3"
    path.touch()
    with django_db_blocker.unblock():
        alias = compare_bars.database_of("day.csv", path)
        with connections[alias].schema_editor() as editor:
            editor.create_model(Bar)
        bar = make_bar()
        Bar.objects.using(alias).create(**{field: getattr(bar, field) for field in bar.__slots__})
        yield path
        forget_the_other()


def forget_the_other():
    connections[compare_bars.COMPARED].close()
    del connections[compare_bars.COMPARED], connections.settings[compare_bars.COMPARED]


@pytest.mark.parametrize(("minutes", "status"), [((0,), None), ((0, 1), 1)])
def test_another_database_can_be_named(tmp_path, other_database, minutes, status):
    path = write_recording(tmp_path, minute_lines(*minutes), name="other.csv")
    assert getattr(compared(path, "--database", other_database)[1], "returncode", None) == status


def test_the_replays_own_database_is_the_default(tmp_path, other_database, settings):
    settings.VAR_DIR = tmp_path
    settings.ENV = {**settings.ENV, "DATABASE_URL": ""}
    told, fault = compared(write_recording(tmp_path, minute_lines(0)))
    assert fault is None
    assert str(other_database) in told


def test_what_cannot_be_told_is_said_and_ends_with_2(tmp_path, django_db_blocker):
    path = write_recording(tmp_path, minute_lines(0))
    (tmp_path / "empty.sqlite3").touch()
    for arguments, named in (
        ([tmp_path / "none.csv"], "No such file"),
        ([path, "--database", tmp_path / "none.sqlite3"], "play the file first"),
        ([path, "--database", tmp_path / "empty.sqlite3"], "no bars can be read"),
    ):
        with django_db_blocker.unblock():
            _, fault = compared(*arguments)
        assert fault.returncode == 2
        assert named in str(fault)
    forget_the_other()
