"""What a report says of a feature, and what it tells a script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cutover.advice import Shown
from cutover.gate import judge
from cutover.plans import Plan
from cutover.stages import Source, Stage, Standing
from cutover.status import ExitCode, Overall, report, rest_timer, status_of
from cutover.tests.cases import make_case, make_session
from cutover.tests.makers import NOON, make_observed

LONG_AGO = NOON - timedelta(minutes=3)
FAILING = judge(make_case(make_session(0, gaps=1), stage=Stage.LIVE, target=Stage.SUNSET))


def make_standing(stage: Stage, percent: int = 0) -> Standing:
    return Standing(stage, percent, Source.RECORD)


def observed_in(*stages: Stage) -> list:
    return [make_observed(standing=make_standing(stage)) for stage in stages]


@pytest.mark.parametrize(
    ("stages", "overall"),
    [
        ([Stage.OFF, Stage.SHADOW], Overall.SHADOW_MODE),
        ([], Overall.SHADOW_MODE),
        ([Stage.SHADOW, Stage.CANARY], Overall.PARTIAL_CUTOVER),
        ([Stage.CANARY], Overall.PARTIAL_CUTOVER),
        ([Stage.SHADOW, Stage.LIVE], Overall.PARTIAL_CUTOVER),
        ([Stage.LIVE, Stage.SUNSET, Stage.RETIRED], Overall.FULL_CUTOVER),
    ],
)
def test_overall(stages, overall):
    assert report(observed_in(*stages), NOON, NOON).overall is overall


@pytest.mark.parametrize(
    ("stage", "shows", "timer"),
    [
        (Stage.OFF, Shown.REST, "every 10 s"),
        (Stage.SHADOW, Shown.REST, "every 10 s"),
        (Stage.CANARY, Shown.TRANSITIONING, "every 10 s; off for 25 %"),
        (Stage.LIVE, Shown.WS, "off"),
        (Stage.RETIRED, Shown.WS, "off"),
    ],
)
def test_what_is_shown_and_when_is_polled(stage, shows, timer):
    observed = make_observed(standing=make_standing(stage, 25))
    assert status_of(observed, NOON, is_beating=True).shows is shows
    assert rest_timer(observed.plan, observed.standing) == timer


def test_stale_means_three_intervals_but_never_less_than_fifteen_seconds():
    assert Plan("a", "WS_FEATURE_A", "/", "XNYS", 1).patience == timedelta(seconds=15)
    assert Plan("b", "WS_FEATURE_B", "/", "XNYS", 10).patience == timedelta(seconds=30)


@pytest.mark.parametrize(("age", "fails"), [(30, False), (31, True)])
@pytest.mark.parametrize("stage", [Stage.CANARY, Stage.LIVE])
def test_a_feature_that_shows_pushed_data_fails_when_it_is_stale(stage, age, fails):
    observed = make_observed(standing=make_standing(stage), last_run=NOON - timedelta(seconds=age))
    found = report([observed], NOON, NOON)
    assert found.features[0].fails is fails
    assert found.exit == (ExitCode.LIVE_FEATURE_FAILS if fails else ExitCode.NOTHING_WRONG)
    assert found.problems == (
        ["bonds fails: its job last completed a run 31 s ago; more than 30 s is stale"] if fails else []
    )


def test_a_stale_feature_in_shadow_fails_nobody():
    found = report([make_observed(last_run=LONG_AGO)], NOON, NOON)
    assert (found.exit, found.problems) == (ExitCode.NOTHING_WRONG, [])
    assert found.features[0].missing == ["its job last completed a run 3 min ago; more than 30 s is stale"]


@pytest.mark.parametrize(("stage", "code"), [(Stage.SHADOW, 0), (Stage.CANARY, 1), (Stage.LIVE, 1)])
def test_a_feature_that_fails_a_check_fails_only_where_pushed_data_is_shown(stage, code):
    found = report([make_observed(standing=make_standing(stage, 5), judgement=FAILING)], NOON, NOON)
    assert found.exit == code
    assert found.problems == (["bonds fails: gaps: 1 gap – numbers never came"] if code else [])
    row = found.features[0]
    assert (row.ready, row.next_stage, row.squares[0].verdict) == (False, "sunset", "fail")
    assert (row.next.split(" cutover ")[-1] == 'rollback bonds --reason "gaps"') is bool(code)


def test_what_is_ready_says_so_unless_it_is_held_back():
    open_gate = judge(make_case(make_session(0), make_session(1)))
    assert status_of(make_observed(judgement=open_gate), NOON, is_beating=True).ready
    held = make_observed(judgement=open_gate, held_until=NOON + timedelta(minutes=9), by="watch", reason="1 gap")
    row = status_of(held, NOON, is_beating=True)
    assert (row.ready, row.missing) == (False, ["watch holds it back until 12:09:00Z: 1 gap"])
    over = status_of(held, NOON + timedelta(minutes=9), is_beating=True)
    assert (over.ready, over.held_until, row.held_until) == (True, None, NOON + timedelta(minutes=9))


def test_who_cannot_tell_says_why():
    unwatched = report([make_observed(is_unwatched=True)], NOON, NOON)
    assert unwatched.exit == ExitCode.CANNOT_TELL
    assert unwatched.problems == ["the probe has not looked at bonds for more than 15 s: nobody watches it"]
    doubtful = report([make_observed()], NOON, NOON, doubts=["WS_FEATURE_BONDS differs: not set in a; true in b"])
    assert (doubtful.exit, doubtful.problems) == (2, ["WS_FEATURE_BONDS differs: not set in a; true in b"])


def test_a_live_feature_that_never_ran_fails():
    found = report([make_observed(standing=make_standing(Stage.LIVE), last_run=None, published=0)], NOON, NOON)
    assert found.problems == ["bonds fails: its job never completed a run"]
    assert found.features[0].missing == ["its job never completed a run", "nothing was published yet"]


def test_without_any_heartbeat_nothing_can_be_told():
    found = report(observed_in(Stage.LIVE), None, NOON)
    assert found.exit == ExitCode.CANNOT_TELL
    assert found.problems == [
        "no heartbeat ever ran on this database: make run, or python manage.py run_heartbeat beside a server"
    ]


def test_a_heartbeat_that_stopped_is_told_and_a_failing_feature_weighs_more():
    silence = (
        "the last heartbeat was 3 min ago, no job runs: make run, or python manage.py run_heartbeat beside a server"
    )
    quiet = report([make_observed(last_run=LONG_AGO)], LONG_AGO, NOON)
    assert (quiet.exit, quiet.problems) == (ExitCode.CANNOT_TELL, [silence])
    failing = report([make_observed(standing=make_standing(Stage.LIVE), last_run=LONG_AGO)], LONG_AGO, NOON)
    assert failing.exit == ExitCode.LIVE_FEATURE_FAILS
    assert failing.problems[-1] == silence


def test_an_unreadable_store_and_an_empty_table_of_plans_cannot_be_judged():
    unreadable = report(observed_in(Stage.SHADOW), None, NOON, unreadable="no such table")
    assert unreadable.exit == ExitCode.CANNOT_TELL
    assert unreadable.problems == [
        "the database cannot be read (no such table); is it there and migrated? python manage.py migrate"
    ]
    assert report([], NOON, NOON).problems == ["no feature has a plan: nothing can be cut over"]
