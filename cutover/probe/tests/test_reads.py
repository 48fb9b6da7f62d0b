"""Which paths are read, and whose turn it is."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from cutover.plans import Plan
from cutover.probe.reads import Target, in_turn, is_superseded, targets_of
from cutover.probe.tests.makers import make_match
from realtime.features import Delivery

PLAN = Plan("bonds", "WS_FEATURE_BONDS", "/api/bonds/?isin={isin}", "XNYS", 10, {"other": "/api/other/"})


def targets(*counts: int) -> list[Target]:
    return [Target(f"f{n}", f"/{n}/{i}", ()) for n, count in enumerate(counts) for i in range(count)]


def test_topics_of_one_path_are_read_together_and_volatile_ones_never():
    matches = {
        "bonds.A/B": make_match(isin="A/B"),
        "other.A": make_match(isin="A", name="other"),
        "other.B": make_match(isin="B", name="other"),
        "quotes.A": make_match(Delivery.VOLATILE),
    }
    assert targets_of(PLAN, matches) == [
        Target("bonds", "/api/bonds/?isin=A%2FB", ("bonds.A/B",)),
        Target("bonds", "/api/other/", ("other.A", "other.B")),
    ]


def test_no_feature_waits_for_another():
    assert [one.path for one in in_turn(targets(3, 1, 2), {}, 4)] == ["/0/0", "/1/0", "/2/0", "/0/1"]
    assert [one.path for one in in_turn(targets(3, 1), {"f0": 2}, 9)] == ["/0/2", "/1/0", "/0/0", "/0/1"]
    assert in_turn([], {}, 4) == []


@settings(deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 20))
def test_in_some_looks_everything_has_its_turn(counts, most):
    every, read, turns = targets(*counts), set(), {}
    for _ in range(max(counts)):
        chosen = in_turn(every, turns, max(most, len(counts)))
        read |= {one.path for one in chosen}
        for one in chosen:
            turns[one.feature] = turns.get(one.feature, 0) + 1
    assert read == {one.path for one in every}


def test_one_topic_may_stand_for_another_of_the_same_thing():
    matches = {"bars.X": make_match(), "bars_open.X": make_match(), "bars.Y": make_match(isin="Y")}
    assert is_superseded("bars_open.X", ["bars.X", "unknown"], matches)
    assert not is_superseded("bars_open.X", ["bars.Y", "bars_open.X"], matches)


def test_the_feature_that_waits_longest_is_read_first_so_that_a_short_budget_leaves_none_out():
    read, last = [], {}
    for n in range(1, 7):
        (target,) = in_turn(targets(3, 1, 2), {}, 1, last)
        last[target.feature] = n
        read.append(target.feature)
    assert read == ["f0", "f1", "f2"] * 2
