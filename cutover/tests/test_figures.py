"""Figures of two stretches of time add up, in whatever order and grouping."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cutover.figures import LAG_BOUNDS_MS, MOST_STATES, Figures, lag_classes, lag_within_ms

COUNTS = [name for name in Figures.__struct_fields__ if name not in {"states", "lags"}]
figures = st.builds(
    Figures,
    **{name: st.integers(0, 1000) for name in COUNTS},
    states=st.lists(st.sampled_from("abcdefgh"), unique=True).map(tuple),
    lags=st.lists(st.floats(0, 20_000), max_size=5).map(lambda lags: lag_classes(lags) if lags else ()),
)


@given(figures, figures, figures)
def test_adding_has_no_order_but_that_of_the_states(one, other, third):
    assert msgspec.structs.replace(one + other, states=()) == msgspec.structs.replace(other + one, states=())
    assert set((one + other).states) == set((other + one).states)
    assert (one + other) + third == one + (other + third)
    assert one + Figures() == one == Figures() + one


@given(figures)
def test_they_survive_being_stored(one):
    assert msgspec.convert(msgspec.to_builtins(one), Figures) == one


def test_the_most_is_kept_of_what_does_not_add_up():
    assert (Figures(stale_ms=3) + Figures(stale_ms=2)).stale_ms == 3
    assert (Figures(rss_bytes=1) + Figures(rss_bytes=7)).rss_bytes == 7


def test_states_are_told_apart_up_to_a_bound():
    many = Figures(states=tuple(str(n) for n in range(MOST_STATES)))
    assert len((many + Figures(states=("one more",))).states) == MOST_STATES


def test_what_was_compared():
    assert (
        Figures(matches=1, mismatches=2, ignored=3, missing_rest=4, missing_socket=5, stale_rest=6, noise=9).compared
        == 21
    )


def test_a_lag_by_its_class():
    seen = Figures(lags=lag_classes([0.4, 3, 3, 3, 800]))
    assert lag_within_ms(seen, 0.5) == 5
    assert lag_within_ms(seen, 0.99) == 1000
    assert lag_within_ms(Figures(), 0.99) is None
    assert lag_within_ms(Figures(lags=lag_classes([LAG_BOUNDS_MS[-1] + 1])), 0.99) is None
