"""REST at its own cursor against the socket: equal, different, still to come, never to come, too old."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from cutover.parity import Outcome
from cutover.plans import Rule
from cutover.probe.answers import Shown
from cutover.probe.comparing import MOST_TEXT, Terms, Wait, digest_of, missing_in_rest, verdict_on
from cutover.probe.folding import Folded
from cutover.probe.tests.makers import NOON, frame, told
from realtime.contract import Cursor

TERMS = Terms((), patience=15.0, now=100.0)


def rest(offset: int, *prices: str, epoch: str = "e") -> Shown:
    return Shown(Cursor(epoch, offset), [{"isin": "X", "price": Decimal(price)} for price in prices or ["1.5"]])


def state(*offsets: int, at: float = 90.0) -> Folded:
    made = Folded(False)
    for n in offsets:
        made.take(frame(n, "1.5" if n == 1 else str(n)), at)
    return made


def outcome(folded: Folded, shown: Shown, asked_at: float = 95.0, terms: Terms = TERMS):
    found = verdict_on(folded, shown, asked_at, terms)
    return found if isinstance(found, Wait) else found.outcome


def test_the_same_at_the_same_cursor():
    verdict = verdict_on(state(1), rest(1), 95.0, TERMS)
    assert (verdict.outcome, verdict.as_of, bool(verdict.state)) == (
        Outcome.MATCH,
        NOON + timedelta(minutes=1),
        True,
    )


def test_a_difference_keeps_both_payloads_and_the_field():
    verdict = verdict_on(state(1), rest(1, "1.6"), 95.0, TERMS)
    assert verdict.outcome is Outcome.MISMATCH
    assert [d.field for d in verdict.comparison.fields] == ["price"]
    assert ("1.6" in verdict.rest, "1.5" in verdict.socket) == (True, True)
    assert not verdict.state


def test_a_rule_lets_it_pass_and_is_named():
    terms = Terms([Rule("cents", "price", "rounded")], 15.0, 100.0)
    assert verdict_on(state(1), rest(1, "1.6"), 95.0, terms).comparison.rule == "cents"
    assert outcome(state(1), rest(1, "1.6"), terms=terms) is Outcome.IGNORED


def test_an_earlier_cursor_is_compared_at_what_was_then():
    assert outcome(state(1, 2, 3), rest(1)) is Outcome.MATCH
    assert outcome(state(1, 3), rest(2)) is Outcome.NOT_COMPARABLE, "conflated away"


def test_what_has_not_come_yet_is_waited_for_and_then_missed():
    assert outcome(state(1), rest(2), asked_at=90.0) == Wait(rest(2), 90.0)
    assert outcome(state(1), rest(2), asked_at=80.0) is Outcome.MISSING_SOCKET
    verdict = verdict_on(state(1), rest(2), 80.0, TERMS)
    assert (verdict.as_of, bool(verdict.socket)) == (NOON + timedelta(minutes=1), True)


def test_a_line_that_had_nothing_waits_for_its_first():
    nothing = Folded(False)
    nothing.begin(told(0, rows=0, epoch=""), 1.0)
    assert isinstance(outcome(nothing, rest(1), asked_at=90.0), Wait)
    assert verdict_on(nothing, rest(1), 0.0, TERMS).socket == ""


def test_a_snapshot_without_rows_where_rest_has_some():
    empty = Folded(False)
    empty.begin(told(4, rows=0), 1.0)
    assert outcome(empty, rest(4)) is Outcome.MISSING_SOCKET


def test_rest_that_stays_behind_is_stale():
    assert outcome(state(1, 2, at=79.0), rest(1), asked_at=95.0) is Outcome.STALE
    assert outcome(state(1, 2, at=81.0), rest(1), asked_at=95.0) is Outcome.MATCH


@pytest.mark.parametrize("epoch", ["f", ""])
def test_two_lives_of_a_line_cannot_be_compared(epoch):
    assert outcome(state(1), rest(1, epoch=epoch)) is Outcome.NOT_COMPARABLE


def test_what_does_not_stand_cannot_be_compared():
    assert outcome(Folded(False), rest(1)) is Outcome.NOT_COMPARABLE
    half = Folded(True)
    half.begin(told(5, rows=2), 1.0)
    assert outcome(half, rest(5)) is Outcome.NOT_COMPARABLE


def events(*prices: str) -> Folded:
    made = Folded(True)
    for n, price in enumerate(prices, 1):
        made.take(frame(n, price, data={"timestamp_minute": f"{n:03}", "price": Decimal(price)}), 90.0)
    return made


def rows(*prices: str, first: int = 1) -> list:
    return [{"timestamp_minute": f"{n:03}", "price": Decimal(price)} for n, price in enumerate(prices, first)]


def test_rows_are_compared_as_they_were_at_the_cursor():
    seen = events("1", "2", "3")
    assert outcome(seen, Shown(Cursor("e", 2), rows("1", "2"))) is Outcome.MATCH
    assert outcome(seen, Shown(Cursor("e", 3), rows("2", "3", first=2))) is Outcome.MATCH
    lacking = verdict_on(seen, Shown(Cursor("e", 3), rows("1", "3", "4")), 95.0, TERMS)
    assert [d.field for d in lacking.comparison.fields] == ["[002].price", "[003].price"]


def test_of_many_rows_those_that_differ_are_kept():
    prices = [str(n) for n in range(1, 60)]
    seen = Folded(True)
    long = "x" * (MOST_TEXT // 40)
    for n, price in enumerate(prices, 1):
        seen.take(frame(n, data={"timestamp_minute": f"{n:03}", "price": price, "note": long}), 90.0)
    shown = [{"timestamp_minute": f"{n:03}", "price": price, "note": long} for n, price in enumerate(prices, 1)]
    shown[7] = shown[7] | {"price": "999"}
    verdict = verdict_on(seen, Shown(Cursor("e", 59), shown), 95.0, TERMS)
    assert len(verdict.rest) < MOST_TEXT
    assert ("999" in verdict.rest, '"008"' in verdict.socket) == (True, True)


def test_a_state_is_told_apart_by_more_than_its_clock():
    assert digest_of({"a": 1, "timestamp": 1}) == digest_of({"timestamp": 2, "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": 2})
    assert digest_of([1]) != digest_of([2])


def test_rest_may_lack_what_the_socket_brought():
    assert missing_in_rest(state(1)).outcome is Outcome.MISSING_REST
    assert missing_in_rest(Folded(False)) is None
