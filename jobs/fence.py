"""The fence around a run's database work: bounded from inside, and cut from outside once its deadline has passed."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

PROGRESS_STEPS = 10_000
"""SQLite asks this often, in steps of its virtual machine, whether to go on: some thousand times a second."""


class RunAbandoned(BaseException):
    """The run's deadline has passed and the database is shut to it: let it end, so do not catch this with the rest."""


class Fence:
    """One run's way to the database. Its own thread goes through `around`; any other may `cut` it."""

    def __init__(self) -> None:
        self._cut = threading.Event()
        self._wrapper: BaseDatabaseWrapper | None = None
        self._closing = threading.Lock()

    @contextlib.contextmanager
    def around(self, limit: timedelta) -> Iterator[None]:
        """Let this thread use the database, no statement or idle transaction longer than `limit`."""
        self._wrapper = wrapper = connections[DEFAULT_DB_ALIAS]
        wrapper.ensure_connection()
        _BOUND[wrapper.vendor](wrapper, limit, self._cut.is_set)
        with wrapper.execute_wrapper(self._refuse_once_cut):
            yield

    def cut(self) -> None:
        """Undo what the run's open transaction did and free its locks, though its thread may hang anywhere.

        May block, so never call it from the loop. Of the run nothing more reaches the database.
        """
        self._cut.set()
        with self._closing:
            wrapper = self._wrapper
            if wrapper is not None and wrapper.connection is not None:
                wrapper.needs_rollback = True
                _CUT[wrapper.vendor](wrapper.connection)

    def close(self) -> None:
        """Close this thread's connections, not while another thread cuts."""
        with self._closing:
            connections.close_all()

    def _refuse_once_cut(self, execute: Callable[..., Any], *call: Any) -> Any:
        if self._cut.is_set():
            raise RunAbandoned(RunAbandoned.__doc__)
        return execute(*call)


@contextlib.contextmanager
def visit(limit: timedelta) -> Iterator[None]:
    """Use the database for a moment, for a thread that seldom does: no statement longer than `limit`, no connection kept."""
    fence = Fence()
    try:
        with fence.around(limit):
            yield
    finally:
        fence.close()


def _bound_sqlite(wrapper: BaseDatabaseWrapper, limit: timedelta, is_cut: Callable[[], bool]) -> None:
    """A long query ends itself once cut. (`interrupt()` would also refuse the roll-back while a cursor is open.)"""
    wrapper.connection.set_progress_handler(is_cut, PROGRESS_STEPS)


def _bound_postgresql(wrapper: BaseDatabaseWrapper, limit: timedelta, is_cut: Callable[[], bool]) -> None:
    milliseconds = str(max(1, limit // timedelta(milliseconds=1)))
    with wrapper.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, false), "
            "set_config('idle_in_transaction_session_timeout', %s, false)",
            [milliseconds, milliseconds],
        )


def _cut_sqlite(raw: Any) -> None:
    """Django opens SQLite with check_same_thread=False, and SQLite serialises: another thread may roll back.

    It may not close: CPython crashes where the other thread is inside a statement.
    """
    try:
        raw.rollback()
    except sqlite3.OperationalError:
        if raw.in_transaction:  # else the run's own thread was faster
            raise


def _cut_postgresql(raw: Any) -> None:
    """End the session at the server: libpq's own handle is not to be touched while another thread may wait in it."""
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [raw.info.backend_pid])


_BOUND = {"sqlite": _bound_sqlite, "postgresql": _bound_postgresql}
_CUT = {"sqlite": _cut_sqlite, "postgresql": _cut_postgresql}
