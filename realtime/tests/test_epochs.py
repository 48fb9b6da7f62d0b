"""After a restore no cursor of before is taken for one of now."""

from __future__ import annotations

import pytest

from realtime import history
from realtime.contract import Cursor
from realtime.epochs import begin_anew
from realtime.recovery import Way, way_to_top

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_topic_has_a_new_epoch_and_no_publication_of_the_old_one(ledger, sent):
    before = [ledger.pay(account, "1")[0].cursor for account in (1, 2)]
    assert begin_anew() == 2
    tops = history.tops(["amounts.1", "amounts.2"])
    assert [tops[name].offset for name in sorted(tops)] == [1, 1]
    assert not {cursor.epoch for cursor in before} & {top.epoch for top in tops.values()}
    assert history.since("amounts.1", 0) == []


def test_who_comes_with_a_cursor_of_before_reads_anew(ledger, sent):
    (before,) = ledger.pay(1, "1")
    begin_anew()
    (after,) = ledger.pay(1, "2")
    assert after.offset == before.offset + 1
    assert way_to_top(history.line_of("amounts.1", True), before.cursor)[0] is Way.RESET
    assert way_to_top(history.line_of("amounts.1", False), before.cursor)[0] is Way.SNAPSHOT
    assert way_to_top(history.line_of("amounts.1", True), Cursor(after.epoch, 2))[0] is Way.THERE


def test_where_nothing_was_published_nothing_is_changed():
    assert begin_anew() == 0
