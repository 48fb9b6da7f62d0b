"""What a report says of a feature, and what it tells a script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cutover.plans import Plan
from cutover.stages import Source, Stage, Standing
from cutover.status import ExitCode, Overall, Shown, in_words, report, rest_timer, stale_after, status_of
from cutover.tests.makers import NOON, make_observed

LONG_AGO = NOON - timedelta(minutes=3)
GATE = "no evidence yet (the gate is not built)"


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
    assert stale_after(Plan("a", "WS_FEATURE_A", "/", "XNYS", 1)) == timedelta(seconds=15)
    assert stale_after(Plan("b", "WS_FEATURE_B", "/", "XNYS", 10)) == timedelta(seconds=30)


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
    assert found.features[0].missing == ["its job last completed a run 3 min ago; more than 30 s is stale", GATE]


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
    assert failing.problems[0] == silence


def test_an_unreadable_store_and_an_empty_table_of_plans_cannot_be_judged():
    unreadable = report(observed_in(Stage.SHADOW), None, NOON, unreadable="no such table")
    assert unreadable.exit == ExitCode.CANNOT_TELL
    assert unreadable.problems == [
        "the database cannot be read (no such table); is it there and migrated? python manage.py migrate"
    ]
    assert report([], NOON, NOON).problems == ["no feature has a plan: nothing can be cut over"]


@pytest.mark.parametrize(
    ("differing", "is_beating", "typed"),
    [
        ({}, True, 'python manage.py cutover advance bonds --reason "…"'),
        ({"standing": make_standing(Stage.CANARY, 5)}, True, 'python manage.py cutover advance bonds --reason "…"'),
        ({"standing": make_standing(Stage.LIVE)}, True, ""),
        ({"published": 0}, True, "python manage.py jobs"),
        ({"last_run": LONG_AGO}, True, "python manage.py jobs"),
        (
            {"last_run": LONG_AGO, "standing": make_standing(Stage.LIVE)},
            True,
            'python manage.py cutover rollback bonds --reason "stale"',
        ),
        ({"last_run": LONG_AGO}, False, "make run, or python manage.py run_heartbeat beside a server"),
        (
            {"standing": Standing(Stage.SHADOW, 0, Source.ENVIRONMENT), "flag": "false"},
            True,
            "unset WS_FEATURE_BONDS, then restart the server",
        ),
    ],
)
def test_what_to_type_next(differing, is_beating, typed):
    assert status_of(make_observed(**differing), NOON, is_beating).next == typed


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7_199, "119 min"), (7_200, "2 h"), (172_800, "2 days")],
)
def test_ages_in_words(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words
