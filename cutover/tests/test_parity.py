"""REST against the socket, field by field: what differs is named, by value and whatever the order of rows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutover.parity import MISSING, MOST_DIFFERENCES, Comparison, Difference, Outcome, compare, decoded
from cutover.plans import Rule

scalars = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=5)
names = st.text("abc", min_size=1, max_size=2)
payloads = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=20
)
objects = st.dictionaries(names, payloads, max_size=5)


def position(symbol, pnl="1.50", **more):
    return {"symbol": symbol, "pnl": Decimal(pnl), **more}


@settings(deadline=None)
@given(objects)
def test_a_payload_equals_itself(payload):
    assert compare(payload, payload) == Comparison(Outcome.MATCH)


@settings(deadline=None)
@given(objects, objects)
def test_differences_are_the_same_from_both_sides(one, other):
    there, back = compare(one, other), compare(other, one)
    assert there.outcome is back.outcome
    assert {(d.field, repr(d.rest), repr(d.socket)) for d in there.fields} == {
        (d.field, repr(d.socket), repr(d.rest)) for d in back.fields
    } or len(there.fields) == MOST_DIFFERENCES


@settings(deadline=None)
@given(st.permutations("ABCDE"))
def test_rows_are_found_by_their_symbol_wherever_they_stand(order):
    rows = [position(symbol) for symbol in "ABCDE"]
    assert compare({"positions": rows}, {"positions": [position(s) for s in order]}).outcome is Outcome.MATCH


def test_a_field_is_named_by_its_row():
    rest = {"positions": [position("SPY"), position("AAPL", "1.50")]}
    socket = {"positions": [position("AAPL", "1.51"), position("SPY")]}
    assert compare(rest, socket).fields == (Difference("positions[AAPL].pnl", Decimal("1.50"), Decimal("1.51")),)


def test_a_row_that_one_side_lacks_is_missing():
    found = compare({"rows": [position("SPY")]}, {"rows": []})
    assert found == Comparison(Outcome.MISMATCH, (Difference("rows[SPY]", position("SPY"), MISSING),))


@pytest.mark.parametrize(
    ("rest", "socket", "field"),
    [
        ([1, 2], [1, 3], "[1]"),
        ([{"symbol": "A", "x": 1}] * 2, [{"symbol": "A", "x": 1}, {"symbol": "A", "x": 2}], "[1].x"),
        ([{"symbol": "A", "timestamp_minute": n} for n in "12"], [{"symbol": "A", "timestamp_minute": "1"}], "[2]"),
        ([{"symbol": None}], [{"symbol": 1}], "[0].symbol"),
        ({"a": 1}, [1], ""),
        ({"a": {"b": True}}, {"a": {"b": 1}}, "a.b"),
        ({"a": None}, {}, "a"),
    ],
)
def test_whatever_differs_has_a_path(rest, socket, field):
    assert [difference.field for difference in compare(rest, socket).fields] == [field]


def test_numbers_are_equal_by_value():
    assert compare(decoded(b'{"a": 5, "b": 1.50}'), decoded('{"a": 5.00, "b": 1.5}')).outcome is Outcome.MATCH


def test_what_rules_let_pass_is_ignored_by_name_and_one_field_more_is_not():
    rules = [Rule("rounding", "positions[*].pnl", "cents"), Rule("clock", "timestamp", "wall time")]
    rest, socket = {"positions": [position("SPY")]}, {"positions": [position("SPY", "2")]}
    assert (compare(rest, socket, rules).outcome, compare(rest, socket, rules).rule) == (Outcome.IGNORED, "rounding")
    both = compare({**rest, "timestamp": 1}, {**socket, "timestamp": 2}, rules)
    assert both.rule == "rounding, clock"
    assert compare({**rest, "x": 1}, {**socket, "x": 2}, rules).outcome is Outcome.MISMATCH
    assert compare(rest, rest, rules).outcome is Outcome.MATCH
    mixed = compare({**rest, "x": 1}, {**socket, "x": 2}, rules)
    assert [difference.field for difference in mixed.fields] == ["x"]


def test_of_many_differences_some_are_named():
    assert len(compare(list(range(500)), list(range(1, 501))).fields) == MOST_DIFFERENCES
