"""The threads that read for sockets, and their connections."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import connection, connections

from realtime import history
from realtime.contract import NOTHING_YET
from realtime.pool import ReadPool

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_read_runs_in_a_thread_with_its_own_connection():
    pool = ReadPool()
    try:
        thread, mine = await pool.run(lambda: (threading.current_thread().name, connections["default"]))
        assert thread.startswith("reads")
        assert mine is not connections["default"]
        assert await pool.run(history.top_of, "amounts.1") == NOTHING_YET
    finally:
        await asyncio.to_thread(pool.close)


async def test_a_thread_keeps_its_connection_until_the_pool_is_closed():
    pool = ReadPool(threads=1)

    def opened():
        connection.ensure_connection()
        return connections["default"].connection

    first = await pool.run(opened)
    assert await pool.run(opened) is first
    mine = await pool.run(lambda: connections["default"])
    await asyncio.to_thread(pool.close)
    assert mine.connection is None
    with pytest.raises(RuntimeError):
        await pool.run(opened)


async def test_what_a_read_raises_reaches_who_asked():
    pool = ReadPool(threads=1)
    with pytest.raises(ZeroDivisionError):
        await pool.run(lambda: 1 / 0)
    assert await pool.run(lambda: 2) == 2
    await asyncio.to_thread(pool.close)
