"""What is missing, and what an operator types next."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cutover.advice import in_words, missing, next_command
from cutover.gate import judge
from cutover.stages import Source, Stage, Standing
from cutover.tests.cases import make_case, make_session
from cutover.tests.makers import NOON, make_observed

LONG_AGO = NOON - timedelta(minutes=3)
OPEN = judge(make_case(make_session(0), make_session(1)))
CANARY, LIVE = Standing(Stage.CANARY, 5, Source.RECORD), Standing(Stage.LIVE, 0, Source.RECORD)


@pytest.mark.parametrize(
    ("differing", "is_beating", "typed"),
    [
        ({"judgement": OPEN}, True, 'python manage.py cutover advance bonds --reason "…"'),
        ({"judgement": judge(make_case())}, True, ""),
        ({}, True, ""),
        ({"judgement": OPEN, "published": 0}, True, "python manage.py jobs"),
        ({"last_run": LONG_AGO}, True, "python manage.py jobs"),
        (
            {"last_run": LONG_AGO, "standing": LIVE},
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
    observed = make_observed(**differing)
    assert next_command(observed, observed.last_run == NOON, is_beating) == typed


def test_a_failure_that_is_shown_to_users_is_taken_back_first():
    failing = judge(make_case(make_session(0, mismatches=1), stage=Stage.CANARY, target=Stage.LIVE, members=1))
    for standing, typed in [(CANARY, 'rollback bonds --reason "parity"'), (None, "mismatches bonds")]:
        observed = make_observed(judgement=failing, **({"standing": standing} if standing else {}))
        assert next_command(observed, is_fresh=True, is_beating=True) == f"python manage.py cutover {typed}"


def test_what_is_missing_begins_with_the_gravest():
    observed = make_observed(last_run=LONG_AGO, published=0, judgement=judge(make_case(make_session(0, gaps=1))))
    assert missing(observed, is_fresh=False, now=NOON) == [
        "its job last completed a run 3 min ago; more than 30 s is stale",
        "nothing was published yet",
        "gaps: 1 gap – numbers never came",
        "sessions: 0 of 2 clean – 2026-11-16 failed; 2 more clean sessions; the next opens Mon 2026-11-23 14:30Z",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-0.6, "0 s"),
        (0.4, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (172_800, "2 days"),
    ],
)
def test_ages_in_words(seconds, words):
    assert in_words(timedelta(seconds=seconds)) == words
