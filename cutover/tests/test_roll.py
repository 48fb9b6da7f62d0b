"""The roll call."""

from __future__ import annotations

import pytest

from cutover.roll import Present, call_roll, has_answered, in_canary, newer
from cutover.stages import bucket
from realtime.contract import Cursor, StageRow

NEWEST = Cursor("e", 3)


def make_row(stage="canary", percent=100, cohort=""):
    return StageRow("bonds", stage, percent, "record", 1, None, cohort)


@pytest.mark.parametrize(
    ("acknowledged", "answered"),
    [(None, False), (Cursor("e", 2), False), (Cursor("e", 3), True), (Cursor("e", 4), True), (Cursor("f", 9), False)],
)
def test_who_has_these_stages_or_newer_ones_has_answered(acknowledged, answered):
    assert has_answered(acknowledged, NEWEST) is answered


@pytest.mark.parametrize(
    ("one", "other", "further"),
    [
        (None, None, None),
        (NEWEST, None, NEWEST),
        (None, NEWEST, NEWEST),
        (Cursor("e", 4), NEWEST, Cursor("e", 4)),
        (Cursor("e", 2), NEWEST, NEWEST),
        (Cursor("d", 9), NEWEST, NEWEST),
    ],
)
def test_the_further_place_or_the_second_life(one, other, further):
    assert newer(one, other) == further


def test_sockets_and_polls_are_counted_apart():
    present = [Present("1", NEWEST), Present("2", Cursor("e", 2)), Present("3", None)]
    roll = call_roll(present, [NEWEST, Cursor("e", 1)], NEWEST, [])
    assert (roll.cursor, roll.dashboards, roll.answered) == ("e:3", 3, 1)
    assert (roll.polling, roll.polling_answered) == (2, 1)


def test_members_are_those_of_the_share_and_the_cohort():
    percent = int(bucket("bonds", "1")) + 1
    insiders = [str(number) for number in range(1, 30) if bucket("bonds", str(number)) < percent]
    present = [Present(str(number), None, frozenset(["paper"] if number == 1 else [])) for number in range(1, 30)]
    rows = in_canary([make_row(percent=percent), make_row(stage="live")])
    assert call_roll(present, [], NEWEST, rows).members == {"bonds": len(insiders)}
    assert call_roll(present, [], NEWEST, [make_row(percent=percent, cohort="paper")]).members == {"bonds": 1}
