"""Rows and the cursor that they belong to."""

from __future__ import annotations

import json

import pytest

from realtime import history
from realtime.contract import NOTHING_YET
from realtime.features import match
from realtime.reading import ATTEMPTS, read_at, read_topic, snapshot_frames

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_topic_is_read_with_its_cursor(ledger):
    (publication,) = ledger.pay(1, "1.50")
    found = match("amounts.1")
    reading = read_topic(found.stream, found.params)
    assert (reading.topic, reading.cursor) == ("amounts.1", publication.cursor)
    (text,) = snapshot_frames(found, reading)
    assert json.loads(text) == {**json.loads(publication.text), "snapshot": True}
    assert ledger.reads == 2


def test_a_topic_without_rows_and_numbers(ledger):
    found = match("amounts.1")
    reading = read_topic(found.stream, found.params)
    assert (reading.cursor, list(reading.readings)) == (NOTHING_YET, [])
    assert snapshot_frames(found, reading) == []


def test_the_newest_rows_of_an_event_topic_come_oldest_first(ledger):
    ledger.trade("XNYS", 400)
    found = match("trades.XNYS")
    reading = read_topic(found.stream, found.params)
    assert [row.payload.number for row in reading.readings] == list(range(11, 401))
    assert reading.cursor.offset == 400


@pytest.mark.parametrize("moves", range(ATTEMPTS + 3))
def test_what_moves_while_it_is_read_is_read_again_and_held_still_at_last(ledger, moves):
    """Each of the first reads is overtaken by a publication; the last attempt holds the topic, so that none can."""
    ledger.pay(1, "0")
    reads = []

    def read():
        rows = ledger.amounts[1]
        if len(reads) < min(moves, ATTEMPTS):
            ledger.pay(1, str(len(reads) + 1))
        reads.append(rows)
        return rows

    cursors, rows = read_at(["amounts.1", "amounts.2"], read)
    assert rows == min(moves, ATTEMPTS)
    assert len(reads) == min(moves, ATTEMPTS) + 1
    assert cursors == {"amounts.1": history.top_of("amounts.1"), "amounts.2": NOTHING_YET}
    assert cursors["amounts.1"].offset == 1 + rows
