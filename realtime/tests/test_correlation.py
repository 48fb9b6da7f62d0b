"""Ids that may be written down are kept; whatever else is given gets a new one."""

from __future__ import annotations

import pytest
from structlog.contextvars import get_contextvars

from realtime.correlation import accepted, correlated, current


@pytest.mark.parametrize("given", ["a", "A-b_c.9", "x" * 64])
def test_a_good_id_is_kept(given):
    assert accepted(given) == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\n", "ü", "a;b", '"'])
def test_another_gets_a_new_one(given):
    made = accepted(given)
    assert made != given
    assert accepted(made) == made
    assert accepted(given) != made


def test_the_id_is_known_within_the_block_only():
    with correlated("outer"):
        with correlated("inner"):
            assert (current.get(), get_contextvars()["correlation_id"]) == ("inner", "inner")
        assert (current.get(), get_contextvars()["correlation_id"]) == ("outer", "outer")
    assert current.get() == ""
    assert "correlation_id" not in get_contextvars()
