"""Folding frames: the newest of each life of a line, whatever comes twice or late; and what never came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutover.probe.folding import MOST_ROWS, MOST_STATES, Folded
from cutover.probe.tests.makers import NOON, frame, prices, told
from realtime.contract import NOTHING_YET, Cursor

offsets = st.lists(st.integers(1, 30), min_size=1, max_size=40)


def at(offset: int, epoch: str = "e") -> Cursor:
    return Cursor(epoch, offset)


def folded(each: bool, *frames) -> Folded:
    made = Folded(each)
    for one in frames:
        made.take(one, 1.0)
    return made


@settings(deadline=None)
@given(offsets)
def test_a_state_is_the_newest_whatever_comes_late_or_twice(order):
    seen = folded(False, *(frame(n, str(n)) for n in order))
    assert seen.cursor == at(max(order))
    assert prices([seen.newest]) == [str(max(order))]
    assert seen.gaps == 0, "a jump of a STATE topic is conflation"


@settings(deadline=None)
@given(offsets)
def test_each_row_of_an_event_topic_is_there_once(order):
    seen = Folded(True)
    taken = [n for n in order if seen.take(frame(n, str(n)), 1.0)]
    assert taken == sorted(set(taken))
    assert prices(seen.at(at(max(order)))) == [str(n) for n in taken]
    assert seen.gaps == max(order) - order[0] + 1 - len(taken)


@settings(deadline=None)
@given(offsets, st.integers(0, 5))
def test_after_a_new_epoch_nothing_of_the_former_counts(order, late):
    seen = folded(True, *(frame(n) for n in sorted(order)))
    assert seen.take(frame(1, "7", epoch="f"), 2.0)
    for n in range(late):
        assert not seen.take(frame(100 + n, "8"), 3.0)
    assert seen.cursor == at(1, "f")
    assert prices(seen.at(at(1, "f"))) == ["7"]
    assert seen.at(at(max(order))) is None
    seen.begin(told(9, 0, "e"), 4.0)
    assert seen.take(frame(10, "9"), 5.0), "the server itself went back to that life of the line"


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=100))
def test_rows_can_be_seen_as_they_were_at_a_cursor(rows):
    """Each publication writes one of four rows; at each held cursor they are what a fold up to there has."""
    seen, fresh, states = Folded(True), {}, {}
    for offset, row in enumerate(rows, 1):
        as_of = NOON + timedelta(minutes=row)
        seen.take(frame(offset, str(offset), as_of=as_of), 1.0)
        fresh[row] = str(offset)
        states[offset] = [fresh[key] for key in sorted(fresh)]
    for offset in list(states)[-MOST_STATES:]:
        assert prices(seen.at(at(offset))) == states[offset]


def test_a_snapshot_counts_when_all_of_it_has_come():
    seen = Folded(True)
    seen.begin(told(5, rows=2), 1.0)
    assert not seen.is_complete
    for minute in (1, 2):
        seen.take(frame(5, str(minute), snapshot=True, as_of=NOON + timedelta(minutes=minute)), 1.0)
    assert seen.is_complete
    assert prices(seen.at(at(5))) == ["1", "2"]
    assert prices([seen.newest]) == ["2"]
    assert seen.take(frame(6), 1.0)
    assert seen.gaps == 0
    assert len(seen.at(at(5))) == 2


def test_a_snapshot_of_a_state():
    seen = Folded(False)
    seen.begin(told(5), 1.0)
    assert (seen.is_complete, seen.newest, seen.at(at(5))) == (False, None, None)
    assert seen.take(frame(5, snapshot=True), 1.0)
    assert not seen.take(frame(5, snapshot=True), 1.0)
    assert seen.is_complete
    seen.begin(told(0, rows=0, epoch=""), 2.0)
    assert (seen.cursor, seen.at(NOTHING_YET), seen.is_complete) == (NOTHING_YET, [], True)


def test_taken_up_again_it_goes_on_where_it_was():
    seen = folded(True, frame(1), frame(2))
    seen.begin(told(4, rows=2, recovered=True), 1.0)
    assert [seen.take(frame(n), 1.0) for n in (3, 4)] == [True, True]
    assert (seen.gaps, seen.cursor, seen.former) == (0, at(4), at(2))


def test_a_state_that_is_subscribed_anew_keeps_its_former_states():
    seen = folded(False, frame(1, "1"))
    seen.begin(told(2), 1.0)
    seen.take(frame(2, "2", snapshot=True), 1.0)
    assert [prices(seen.at(at(n))) for n in (1, 2)] == [["1"], ["2"]]


@pytest.mark.parametrize(("each", "gaps"), [(True, 2), (False, 0)])
def test_the_first_of_a_line_that_had_nothing_yet(each, gaps):
    seen = Folded(each)
    seen.begin(told(0, rows=0, epoch=""), 1.0)
    seen.take(frame(3), 1.0)
    assert seen.gaps == gaps


def test_what_is_kept_is_bounded():
    seen = Folded(True)
    for n in range(1, 2 * MOST_ROWS + 100):
        seen.take(frame(n), float(n))
    assert len(seen.came_at) == MOST_STATES
    assert MOST_ROWS <= len(seen.at(seen.cursor)) <= 2 * MOST_ROWS
    assert seen.at(at(1)) is None
    newest = seen.cursor.offset
    assert seen.came_after(newest - 1) == float(newest)
    assert seen.came_after(newest) is None
    assert Folded(True).newest is None
