"""Legal moves, and who decides."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutover.stages import IllegalMove, Source, Stage, Standing, back, bucket, forward, standing

STAGES = st.sampled_from(Stage)


@pytest.mark.parametrize(
    ("stage", "target"),
    [
        (Stage.OFF, Stage.SHADOW),
        (Stage.SHADOW, Stage.CANARY),
        (Stage.CANARY, Stage.LIVE),
        (Stage.LIVE, Stage.SUNSET),
        (Stage.SUNSET, Stage.RETIRED),
    ],
)
def test_a_step_forward(stage, target):
    assert forward(stage) is forward(stage, to=target) is target


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.CANARY])
def test_a_share_of_users_makes_a_canary_or_widens_it(stage):
    assert forward(stage, percent=1) is forward(stage, 100, Stage.CANARY) is Stage.CANARY


@pytest.mark.parametrize(
    ("stage", "percent", "to", "answer"),
    [
        (Stage.RETIRED, None, None, "retired is the last stage; the way from here is: rollback"),
        (Stage.SHADOW, None, Stage.LIVE, "from shadow this step leads to canary, not to live"),
        (Stage.SHADOW, 0, None, "--percent takes 1 to 100, not 0"),
        (Stage.SHADOW, 101, None, "--percent takes 1 to 100, not 101"),
        (Stage.SHADOW, 10, Stage.LIVE, "from shadow this step leads to canary, not to live"),
        (Stage.SHADOW, None, Stage.SUNSET, "from shadow this step leads to canary, not to sunset"),
        (
            Stage.LIVE,
            10,
            None,
            "--percent makes a canary of a feature in shadow, or widens one; this one is in live",
        ),
    ],
)
def test_a_step_that_is_not_allowed_says_what_is(stage, percent, to, answer):
    with pytest.raises(IllegalMove) as refused:
        forward(stage, percent, to)
    assert str(refused.value) == answer


@pytest.mark.parametrize("stage", [Stage.CANARY, Stage.LIVE, Stage.SUNSET, Stage.RETIRED])
def test_every_rollback_leads_to_shadow(stage):
    assert back(stage) is Stage.SHADOW


@pytest.mark.parametrize("stage", [Stage.OFF, Stage.SHADOW])
def test_what_shows_rest_cannot_be_rolled_back(stage):
    with pytest.raises(IllegalMove, match=f"in {stage} clients show REST already; the way from here is: advance"):
        back(stage)


@given(STAGES, st.integers(0, 100))
def test_false_pins_to_shadow_whatever_is_recorded(stage, percent):
    assert standing(stage, percent, pinned=True) == Standing(Stage.SHADOW, 0, Source.ENVIRONMENT)


@given(STAGES, st.integers(0, 100))
def test_otherwise_the_record_decides_and_only_a_canary_has_a_share_and_a_cohort(stage, percent):
    is_canary = stage is Stage.CANARY
    expected = Standing(stage, percent if is_canary else 0, Source.RECORD, "paper" if is_canary else "")
    assert standing(stage, percent, pinned=False, cohort="paper") == expected


def test_pushed_data_is_shown_to_those_below_the_share_and_from_live_on_to_all():
    canary = Standing(Stage.CANARY, 10, Source.RECORD)
    assert canary.shows_pushed_data(9.99)
    assert not canary.shows_pushed_data(10.0)
    papers = Standing(Stage.CANARY, 10, Source.RECORD, "paper")
    assert papers.shows_pushed_data(9.99, ["paper"])
    assert not papers.shows_pushed_data(9.99)
    shown = [stage for stage in Stage if Standing(stage, 0, Source.RECORD).shows_pushed_data(0.0)]
    assert shown == [Stage.LIVE, Stage.SUNSET, Stage.RETIRED]


def test_a_bucket_is_sticky_even_and_not_the_same_for_every_feature():
    assert bucket("positions", "7") == bucket("positions", "7") == 40.58
    tenths = Counter(int(bucket("positions", str(user)) // 10) for user in range(10_000))
    assert sorted(tenths) == list(range(10))
    assert min(tenths.values()) > 850
    assert bucket("intraday", "7") != bucket("positions", "7")
