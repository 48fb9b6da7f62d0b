"""The composite and the phase of the global day."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GlobalMarkets.calendars.composite import WEIGHTS, GlobalPhase, composite, global_phase
from GlobalMarkets.calendars.tests.shipped import MICS

open_sets = st.sets(st.sampled_from(MICS))


def test_every_venue_has_one_weight_with_a_reason_and_they_make_a_hundred() -> None:
    assert sorted(weight.mic for weight in WEIGHTS) == MICS
    assert sum(weight.weight for weight in WEIGHTS) == 100
    assert all(weight.reason and weight.weight > 0 for weight in WEIGHTS)


def test_all_open_is_a_hundred_and_none_is_nothing() -> None:
    assert composite(MICS) == Decimal(100)
    assert composite([]) == Decimal(0)
    assert composite(["XXXX"]) == Decimal(0)


@settings(deadline=None)
@given(open_sets, st.sampled_from(MICS))
def test_one_more_open_never_lowers_it(opened: set[str], another: str) -> None:
    assert 0 <= composite(opened) <= composite(opened | {another}) <= 100


@pytest.mark.parametrize(
    ("opened", "phase"),
    [
        ([], GlobalPhase.QUIET),
        (["XCME"], GlobalPhase.QUIET),
        (["XSAU"], GlobalPhase.QUIET),
        (["XASX"], GlobalPhase.ASIAN),
        (["XHKG", "XCME"], GlobalPhase.ASIAN),
        (["XNSE", "XETR"], GlobalPhase.OVERLAP),
        (["XLON", "XPAR", "XSAU"], GlobalPhase.EUROPEAN),
        (["XLON", "XNYS"], GlobalPhase.OVERLAP),
        (["XNYS", "XTSE", "XCME"], GlobalPhase.AMERICAN),
    ],
)
def test_whose_hours_it_is(opened: list[str], phase: GlobalPhase) -> None:
    assert global_phase(opened) is phase
