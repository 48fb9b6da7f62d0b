"""What was published, as it is read again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from realtime import history
from realtime.contract import NOTHING_YET, Cursor
from realtime.models import StoredPublication, Topic

pytestmark = pytest.mark.django_db


def test_a_topic_that_nobody_published_to(ledger):
    assert history.top_of("trades.XNYS") == NOTHING_YET
    assert history.tops(["trades.XNYS"]) == {}
    assert history.since("trades.XNYS", 0) == []
    assert history.beyond({"trades.XNYS": NOTHING_YET}) == {}
    line = history.line_of("trades.XNYS", every_one_counts=True)
    assert (line.top, line.oldest) == (NOTHING_YET, None)


def test_the_line_of_a_topic(ledger):
    ledger.trade("XNYS", 5)
    ledger.pay(1, "1")
    StoredPublication.objects.filter(offset__lt=3, topic__name="trades.XNYS").delete()
    line = history.line_of("trades.XNYS", every_one_counts=True)
    assert (line.top.offset, line.oldest, line.every_one_counts) == (5, 3, True)
    state = history.line_of("amounts.1", every_one_counts=False)
    assert (state.top.offset, state.oldest, state.every_one_counts) == (1, None, False)


def test_since_is_read_in_portions(ledger):
    ledger.trade("XNYS", 5)
    assert [p.offset for p in history.since("trades.XNYS", 1, limit=3)] == [2, 3, 4]


def test_beyond_tells_of_the_topics_that_moved(ledger):
    ledger.trade("XNYS", 3)
    ledger.trade("XLON", 1)
    ledger.pay(1, "1")
    cursors = history.tops(["trades.XNYS", "trades.XLON", "amounts.1"])
    ledger.trade("XNYS", 2)
    ledger.pay(1, "2")
    found = history.beyond(cursors)
    assert set(found) == {"trades.XNYS", "amounts.1"}
    assert [p.offset for p in found["trades.XNYS"].publications] == [4, 5]
    assert found["trades.XNYS"].top.offset == 5
    assert [p.offset for p in found["amounts.1"].publications] == [2]


def test_beyond_a_cursor_of_another_life_lies_everything(ledger):
    ledger.trade("XNYS", 3)
    found = history.beyond({"trades.XNYS": Cursor("old", 2)})
    assert [p.offset for p in found["trades.XNYS"].publications] == [1, 2, 3]


def test_trim_forgets_old_events_and_keeps_states(ledger):
    ledger.trade("XNYS", 3)
    ledger.pay(1, "1")
    StoredPublication.objects.update(created_at=timezone.now() - timedelta(days=2))
    ledger.trade("XNYS", 1)
    assert history.trim(timezone.now() - timedelta(days=1)) == 3
    assert [p.offset for p in history.since("trades.XNYS", 0)] == [4]
    assert [p.offset for p in history.since("amounts.1", 0)] == [1]


@pytest.mark.parametrize("at_once", [1, 2, 3, 4])
def test_trim_goes_on_until_nothing_old_is_left(ledger, at_once):
    ledger.trade("XNYS", 3)
    ledger.trade("XLON", 1)
    StoredPublication.objects.update(created_at=timezone.now() - timedelta(days=2))
    ledger.trade("XNYS", 2)
    assert history.trim(timezone.now() - timedelta(days=1), at_once) == 4
    assert history.trim(timezone.now() - timedelta(days=1), at_once) == 0
    assert StoredPublication.objects.count() == 2


def test_trim_ends_when_there_are_no_events_left(ledger):
    ledger.trade("XNYS", 4)
    assert history.trim(timezone.now() + timedelta(days=1), at_once=2) == 4
    assert StoredPublication.objects.count() == 0


def test_rows_say_what_they_are(ledger):
    (publication,) = ledger.trade("XNYS")
    assert str(Topic.objects.get()) == f"trades.XNYS {publication.cursor}"
    assert str(StoredPublication.objects.get()).endswith("@1")
