"""What the heartbeat does for the operators' sake."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from cutover import housekeeping, processes, use
from cutover.housekeeping import CutoverHousekeeping, ProcessesJob
from cutover.models import ServerProcess
from cutover.models.use import RestUse
from cutover.tests.makers import NOON, make_process
from cutover.tests.test_use import make_call
from realtime import history

pytestmark = pytest.mark.django_db


def kinds():
    return [row.kind for row in ServerProcess.objects.order_by("id")]


def test_a_heartbeat_has_a_row_unless_it_serves_too(bonds):
    ProcessesJob().run(NOON)
    ProcessesJob().run(NOON)
    assert kinds() == ["heartbeat"]
    processes.record(processes.SERVER, NOON)
    ProcessesJob().run(NOON)
    assert kinds() == ["server"]


def test_operators_are_told_when_a_process_died(bonds):
    make_process(name="died", dashboards=3).save()
    ProcessesJob().run(NOON)
    told = history.top_of("answers")
    ProcessesJob().run(NOON + processes.LIVES_FOR)
    assert history.top_of("answers").offset == told.offset + 1
    assert history.top_of("console").offset == 2


def test_the_dead_and_old_uses_are_taken_away_and_counted(bonds, monkeypatch):
    monkeypatch.setattr(housekeeping, "forgotten", Counter())
    make_process(name="died").save()
    use.note(make_call(), NOON, 0.0)
    CutoverHousekeeping().run(NOON + processes.KEPT_FOR + timedelta(seconds=1))
    assert (kinds(), RestUse.objects.count()) == ([], 1)
    CutoverHousekeeping().run(NOON + use.KEPT_FOR + timedelta(days=1))
    assert RestUse.objects.count() == 0
    assert housekeeping.forgotten == {"process": 1, "use": 1}
