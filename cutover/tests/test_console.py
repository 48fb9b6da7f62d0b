"""What operators look at, and nobody else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from cutover.answers import added_up, answers_at
from cutover.console import console_at, read_console, session_at
from cutover.models import BrowserSample, StageMove
from cutover.services import advance
from cutover.stages import Stage
from cutover.tests.cases import Weekdays, make_mismatch
from cutover.tests.makers import NOON, make_decision, make_process
from cutover.websocket_features import CONSOLE
from identity.models import Role
from identity.tests.factories import make_user
from realtime.features import Reading

pytestmark = pytest.mark.django_db


def test_only_operators_may_look_and_keep_looking(bonds):
    users = [make_user(role, role=role) for role in Role]
    allowed = [role == Role.OPERATOR for role in Role]
    assert [CONSOLE.may_subscribe(user, {}) for user in users] == allowed
    assert CONSOLE.keeps([(user, {}) for user in users]) == allowed
    assert not CONSOLE.may_subscribe(AnonymousUser(), {})
    assert {topic for user in users for topic in CONSOLE.topics_for(user)} == set()


def test_the_console_shows_each_feature_and_its_moves(bonds):
    advance("bonds", make_decision(forced=True))
    shown = console_at(NOON)
    (row,) = shown.features
    assert (row.feature, row.stage, row.percent, row.by, row.next_stage) == ("bonds", "canary", 10, "anna", Stage.LIVE)
    assert [(move.from_stage, move.to_stage, move.reason) for move in shown.moves] == [
        ("shadow", "canary", "looks right")
    ]
    assert (shown.overall, shown.dashboards, shown.mismatches_open) == ("PARTIAL CUTOVER", 0, 0)


def test_processes_that_differ_are_a_problem(bonds):
    make_process(name="a", flags={bonds.flag: "true"}, dashboards=2, members={"bonds": 1}).save()
    make_process(name="b", flags={bonds.flag: ""}, dashboards=3, members={"bonds": 2}).save()
    shown = console_at(NOON)
    assert "WS_FEATURE_BONDS differs: not set in b; true in a" in shown.problems
    assert [(process.name, process.differs) for process in shown.processes] == [
        ("a", bonds.flag),
        ("b", bonds.flag),
    ]
    assert (shown.dashboards, shown.features[0].members) == (5, 3)


def test_what_was_read_before_is_published_as_it_was(bonds):
    reading = Reading(console_at(NOON), NOON)
    assert read_console([{"reading": reading}]) == [reading]


def test_answers_add_up_over_processes_that_have_heard(bonds):
    move = StageMove(feature="bonds", to_stage="live", at=NOON)
    told = added_up("e:3", move, [
        make_process(dashboards=5, cursor="e:3", answered=5, answered_at=NOON.replace(microsecond=250_000)),
        make_process(dashboards=4, cursor="e:3", answered=2, answered_at=NOON.replace(microsecond=400_000)),
        make_process(dashboards=3, cursor="e:2", answered=3, answered_at=NOON, members={"bonds": 1}),
    ])  # fmt: skip
    assert (told.dashboards, told.answered, told.seconds, told.stage) == (12, 7, 0.4, "live")
    assert told.members == {"bonds": 1}


def test_before_any_move_nobody_has_answered(bonds):
    told = answers_at(NOON)
    assert (told.feature, told.moved_at, told.answered, told.seconds) == ("", None, 0, None)


def test_the_session_is_the_running_one_else_the_next_else_none(bonds, monkeypatch):
    running = session_at(NOON.replace(hour=15))
    assert (running.date.isoformat(), running.is_open) == ("2026-11-20", True)
    coming = session_at(NOON.replace(hour=22))
    assert (coming.date.isoformat(), coming.is_open) == ("2026-11-23", False)
    monkeypatch.setattr(Weekdays, "coming", lambda *asked: None)
    assert session_at(NOON.replace(hour=22)) is None


def test_mismatches_of_browsers_are_shown_and_counted_apart(bonds):
    for source, rule in (("probe", ""), ("probe", "rounding"), ("browser", "")):
        make_mismatch(source=source, rule=rule, digest=source + rule)
    BrowserSample.objects.create(feature="bonds", day=NOON.date(), outcome="match", times=7)
    BrowserSample.objects.create(feature="bonds", day=NOON.date(), outcome="mismatch", times=2)
    shown = console_at(NOON)
    assert (shown.mismatches_open, shown.mismatches_ignored, len(shown.mismatches)) == (1, 1, 3)
    assert (shown.features[0].samples, shown.features[0].sample_mismatches) == (9, 2)
