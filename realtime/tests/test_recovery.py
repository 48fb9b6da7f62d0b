"""How a client is brought to the top, from cursors alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.contract import NOTHING_YET, Cursor
from realtime.recovery import Line, Way, way_to_top


def make_line(offset: int = 10, oldest: int | None = 1, epoch: str = "e", every_one_counts: bool = True) -> Line:
    return Line(Cursor(epoch, offset), oldest, every_one_counts)


@pytest.mark.parametrize(
    ("line", "client", "way", "reason"),
    [
        (make_line(), None, Way.SNAPSHOT, ""),
        (make_line(every_one_counts=False), None, Way.SNAPSHOT, ""),
        (make_line(), Cursor("e", 10), Way.THERE, ""),
        (make_line(every_one_counts=False), Cursor("e", 10), Way.THERE, ""),
        (make_line(every_one_counts=False), Cursor("e", 9), Way.SNAPSHOT, ""),
        (make_line(every_one_counts=False), Cursor("old", 9), Way.SNAPSHOT, ""),
        (make_line(), Cursor("e", 4), Way.MISSED, ""),
        (make_line(), NOTHING_YET, Way.MISSED, ""),
        (make_line(oldest=5), Cursor("e", 4), Way.MISSED, ""),
        (make_line(oldest=6), Cursor("e", 4), Way.RESET, "the history no longer reaches back that far"),
        (make_line(oldest=2), NOTHING_YET, Way.RESET, "the history no longer reaches back that far"),
        (make_line(oldest=None), Cursor("e", 9), Way.RESET, "the history no longer reaches back that far"),
        (make_line(), Cursor("e", 11), Way.RESET, "the cursor lies ahead of the topic"),
        (make_line(), Cursor("old", 4), Way.RESET, "the numbering began anew"),
        (Line(NOTHING_YET, None, True), NOTHING_YET, Way.THERE, ""),
        (Line(NOTHING_YET, None, True), Cursor("e", 4), Way.RESET, "the numbering began anew"),
    ],
)
def test_the_way(line, client, way, reason):
    assert way_to_top(line, client) == (way, reason)


@given(st.integers(1, 20), st.integers(0, 21), st.integers(0, 20), st.sampled_from(["e", "f", ""]))
def test_a_client_is_told_of_a_loss_exactly_when_its_line_cannot_be_filled(top, kept, at, epoch):
    oldest = max(1, top - kept + 1) if kept else None
    way, reason = way_to_top(make_line(top, oldest), Cursor(epoch, at))
    assert bool(reason) == (way is Way.RESET)
    if way is Way.MISSED:
        assert oldest is not None
        assert oldest <= at + 1 <= top
