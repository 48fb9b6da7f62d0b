"""The watch judges after each look, also after one that failed."""

from __future__ import annotations

import pytest

from cutover import jobs
from cutover import watch as watching
from cutover.jobs import CutoverProbeJob
from cutover.models import SessionEvidence
from cutover.selectors import stage_of
from cutover.stages import Stage
from cutover.tests.cases import make_evidence
from cutover.tests.makers import NOON, make_record
from cutover.tests.test_budget import Broken
from cutover.watch import Vigil

pytestmark = pytest.mark.django_db


class Looking:
    """A probe that has nothing to look at: it tells of a storm, or fails."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault

    def look(self) -> Broken:
        if self.fault:
            raise self.fault
        return Broken(12, 20)


@pytest.fixture
def live(bonds, monkeypatch):
    monkeypatch.setattr(watching, "_vigil", Vigil())
    make_record(stage="live", entered_at=NOON)


def test_what_the_look_tells_is_judged(live, monkeypatch):
    monkeypatch.setattr(jobs, "probe_here", Looking)
    CutoverProbeJob().run(NOON)
    assert stage_of("bonds").stage is Stage.SHADOW


def test_a_look_that_failed_keeps_nothing_live_that_must_go_back(live, monkeypatch):
    make_evidence(3, gaps=1)
    SessionEvidence.objects.update(looked_at=NOON)
    monkeypatch.setattr(jobs, "probe_here", lambda: Looking(TimeoutError("no answer")))
    with pytest.raises(TimeoutError, match="no answer"):
        CutoverProbeJob().run(NOON)
    assert stage_of("bonds").stage is Stage.SHADOW
