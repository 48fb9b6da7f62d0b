"""Plans are checked when they are declared."""

from __future__ import annotations

import pytest

from cutover import plans
from cutover.plans import PlanFault, plan_of
from cutover.stages import UnknownFeature
from cutover.tests.makers import make_feature, make_plan


def test_a_plan_is_found_by_its_features_name(bonds):
    assert plan_of("bonds") == bonds
    assert plans.plans() == [bonds]


def test_a_plan_may_name_the_feature_itself(bonds):
    feature = make_feature("swaps")
    assert plans.plan(feature, flag="WS_FEATURE_SWAPS", rest="/", calendar="XNYS", every=1).feature == "swaps"
    plans.forget("swaps")
    assert plans.plans() == [bonds]


@pytest.mark.parametrize(
    ("feature", "differing", "fault"),
    [
        ("bonds", {"flag": "WS_FEATURE_OTHER"}, "the feature or its flag is planned already"),
        ("swaps", {"flag": "WS_FEATURE_BONDS"}, "the feature or its flag is planned already"),
        ("swaps", {"flag": "SWAPS"}, "its flag 'SWAPS' must begin with WS_FEATURE_"),
        ("swaps", {"every": 0}, "every=0 is no interval"),
    ],
)
def test_a_faulty_plan_is_refused(bonds, feature, differing, fault):
    with pytest.raises(PlanFault, match=fault):
        make_plan(feature, **differing)


def test_an_unknown_feature_is_told_the_known_ones(bonds):
    with pytest.raises(UnknownFeature, match="no feature 'swaps'; there are: bonds"):
        plan_of("swaps")
    plans.forget("bonds")
    with pytest.raises(UnknownFeature, match="no feature 'bonds'; there are: none"):
        plan_of("bonds")


def test_at_another_tempo_clients_are_told_the_interval_that_is_kept(settings):
    settings.TEMPO = 20
    planned = plans.plan("gold", flag="WS_FEATURE_GOLD", rest="/api/gold/", calendar="XNYS", every=10)
    plans.forget("gold")
    assert planned.every == 0.5
