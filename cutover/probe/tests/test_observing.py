"""What counts at any hour, and what only in market hours; in which session, and how late it came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cutover.figures import Figures
from cutover.parity import Comparison, Outcome
from cutover.probe.book import Heard
from cutover.probe.comparing import Verdict
from cutover.probe.observing import COUNTED_AS, Stretch, tell_freshness, tell_heard, tell_verdict
from cutover.probe.tally import Place, Tally
from cutover.probe.tests.makers import AT_NIGHT, IN_SESSION, NOON, SESSION
from realtime.contract import Cursor

WALL = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LIVE = Stretch(WALL, WALL + timedelta(seconds=5), NOON, NOON + timedelta(seconds=5))
FAST = Stretch(WALL, WALL + timedelta(seconds=5), NOON, NOON + timedelta(minutes=5))
NOWHERE = Place(None, False)
SECOND = timedelta(seconds=1)


def told(*heard: Heard, place=lambda feature, at: IN_SESSION, stretch=LIVE, every=None):
    tally = Tally()
    tell_heard(tally, heard, every or {"bonds": 10.0}, stretch, place)
    return {feature: figures for (feature, _), figures in tally.figures().items()}


def message(at: float = 1.0, **differing) -> Heard:
    fields = {"feature": "bonds", "came_at": WALL.timestamp() + at, "topic": "bonds.X", "as_of": NOON, "is_live": True}
    return Heard(**(fields | differing))


def test_a_live_message_counts_with_its_lag():
    seen = told(message())["bonds"]
    assert (seen.frames, sum(seen.lags), seen.lags[9]) == (1, 1, 1)


def test_an_interval_within_one_session():
    late = message(interval=16.0, before=NOON - 16 * SECOND)
    seen = told(message(interval=2.0, before=NOON), late)["bonds"]
    assert (seen.intervals, seen.interval_ms, seen.interval_ms_squared, seen.late_intervals) == (
        2,
        18_000,
        260_000_000,
        1,
    )
    across = told(late, place=lambda feature, at: IN_SESSION if at == NOON else AT_NIGHT)["bonds"]
    assert across.intervals == 0


def test_at_night_only_faults_count():
    seen = told(
        message(interval=1.0, before=NOON),
        message(fault="x", is_live=False),
        message(gaps=2),
        place=lambda *_: AT_NIGHT,
    )
    assert seen == {"bonds": Figures(faulty=1, gaps=2)}
    assert told(message(gaps=1), place=lambda *_: NOWHERE) == {}


def test_what_cannot_be_told_apart_is_everybodys_and_other_features_are_not_ours():
    assert set(told(message(feature="", fault="no frame", is_live=False, as_of=None), every={"a": 1, "b": 1})) == {
        "a",
        "b",
    }
    assert told(message(feature="stages")) == {}


def test_a_snapshot_is_no_message():
    assert told(message(is_live=False)) == {}


@pytest.mark.parametrize(
    ("stretch", "as_of", "lag"),
    [
        (LIVE, NOON + 4 * SECOND, 1000),
        (FAST, NOON + 4 * timedelta(minutes=1), 1000),
        (LIVE, NOON + 9 * SECOND, 0),
        (Stretch(WALL, WALL, NOON, NOON), NOON, 5000),
    ],
)
def test_lag_is_on_the_wall_whatever_the_pace_of_the_market(stretch, as_of, lag):
    assert stretch.lag_ms(as_of, WALL.timestamp() + 5) == pytest.approx(lag)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_verdicts_count_by_outcome_and_faults_at_any_hour(outcome):
    verdict = Verdict(Comparison(outcome), Cursor("e", 1), NOON, state="abc")
    counted = {}
    for place in (IN_SESSION, AT_NIGHT):
        tally = Tally()
        tell_verdict(tally, "bonds", verdict, place)
        counted[place] = tally.figures().get(("bonds", SESSION), Figures())
    name, is_fault = COUNTED_AS[outcome], outcome not in {Outcome.MATCH, Outcome.NOT_COMPARABLE}
    assert getattr(counted[IN_SESSION], name) == 1
    assert getattr(counted[AT_NIGHT], name) == int(is_fault)
    assert counted[IN_SESSION].states == (("abc",) if outcome is Outcome.MATCH else ())
    assert counted[AT_NIGHT].states == ()


@pytest.mark.parametrize(
    ("last_run", "since", "stale_ms"),
    [(-16, -60, 16_000), (-15, -60, 0), (None, -60, 60_000), (-3600, -10, 0), (None, -15, 0)],
)
def test_a_run_is_stale_when_it_and_the_watching_are_older_than_the_patience(last_run, since, stale_ms):
    tally, runs = Tally(), None if last_run is None else WALL + last_run * SECOND
    tell_freshness(tally, "bonds", IN_SESSION, runs, WALL + since * SECOND, WALL, 15 * SECOND)
    assert tally.figures() == ({("bonds", SESSION): Figures(stale_looks=1, stale_ms=stale_ms)} if stale_ms else {})


def test_the_most_of_what_does_not_add_up():
    tally = Tally()
    for amount in (3, 7, 5):
        tally.most("bonds", IN_SESSION, rss_bytes=amount)
        tally.most("bonds", AT_NIGHT, rss_bytes=99)
    tally.lag("bonds", AT_NIGHT, 5)
    assert tally.figures() == {("bonds", SESSION): Figures(rss_bytes=7)}
