"""What the gate is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cutover.judging import case_of, judgement_of
from cutover.stages import Stage, UnknownFeature
from cutover.tests.cases import MONDAY, make_evidence
from cutover.tests.makers import NOON, make_record

pytestmark = pytest.mark.django_db


def test_a_feature_that_was_never_moved_is_judged_as_in_shadow(bonds):
    case = case_of(bonds, NOON)
    assert (case.stage, case.target, case.sessions) == (Stage.SHADOW, Stage.CANARY, [])
    assert case.coming == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    assert (case.shadow, case.last_program_call_at, case.sign_offs) == (None, None, 0)


def test_sessions_that_nobody_saw_are_squares_too(bonds):
    make_evidence(0)
    make_evidence(2)
    seen = case_of(bonds, NOON).sessions
    assert [one.date for one in seen] == [MONDAY + timedelta(days=day) for day in range(4)]
    assert [one.figures.looks > 0 for one in seen] == [True, False, True, False]
    squares = judgement_of("bonds", NOON).squares
    assert [square.verdict for square in squares] == ["pass", "inconclusive", "pass", "inconclusive"]


def test_a_session_is_over_by_the_markets_time(bonds):
    make_evidence(4)
    opened = datetime(2026, 11, 20, 20, 59, tzinfo=UTC)
    assert [case_of(bonds, opened + timedelta(minutes=late)).sessions[0].is_over for late in (0, 1)] == [False, True]


def test_what_serving_cost_in_shadow_is_remembered(bonds):
    make_evidence(0, cpu_ms=1)
    make_evidence(1, cpu_ms=2)
    make_evidence(2, entered_version=1, stage=Stage.LIVE, cpu_ms=3)
    make_record(stage="live", entered_version=1)
    case = case_of(bonds, NOON)
    assert case.shadow.cpu_ms == 2
    assert [one.figures.cpu_ms for one in case.sessions] == [3, 0]


def test_a_step_can_be_named(bonds):
    assert judgement_of("bonds", NOON, Stage.LIVE).target is Stage.LIVE
    with pytest.raises(UnknownFeature):
        judgement_of("swaps", NOON)
