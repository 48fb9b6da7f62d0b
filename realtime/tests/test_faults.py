"""Errors of the socket code are counted where they are logged; a warning is none."""

from __future__ import annotations

import logging

import pytest
import structlog

from realtime.consumer import LiveConsumer
from realtime.counts import Counts, counts
from realtime.faults import CountErrors, count_errors


@pytest.fixture
def counted():
    """What the logger `realtime.tests` was seen to log."""
    made, logger = Counts(), logging.getLogger("realtime.tests")
    handler = CountErrors(made)
    logger.addHandler(handler)
    yield made
    logger.removeHandler(handler)


def test_errors_count_and_warnings_do_not(counted):
    log = structlog.get_logger("realtime.tests.somewhere")
    log.warning("a_warning")
    log.error("an_error")
    log.critical("worse")
    assert counted.errors == 2


def test_the_application_counts_them_once():
    count_errors()
    before = counts.errors
    structlog.get_logger("realtime.tests").error("an_error")
    assert counts.errors == before + 1


async def test_a_socket_whose_code_raises_is_one():
    class Broken(LiveConsumer):
        async def websocket_connect(self, message):
            raise ValueError("broken")

    async def receive():
        return {"type": "websocket.connect"}

    before = counts.errors
    with pytest.raises(ValueError, match="broken"):
        await Broken()({"type": "websocket"}, receive, receive)
    assert counts.errors == before + 1
