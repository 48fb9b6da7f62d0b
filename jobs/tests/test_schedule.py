"""What is due, as a matter of arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobs.registry import seconds
from jobs.schedule import EPOCH, Due, due, newest_due_time, skipped, until_next_tick
from jobs.tests.makers import NOON, make_declaration

MOMENTS = st.integers(0, 4_000_000_000_000_000).map(lambda count: EPOCH + timedelta(microseconds=count))
INTERVALS = st.integers(1, 700_000).map(seconds)


@given(MOMENTS, INTERVALS)
def test_a_due_time_is_a_multiple_of_its_interval_and_the_newest_not_after_now(now, every):
    at = newest_due_time(every, now)
    assert (at - EPOCH) % every == timedelta(0)
    assert at <= now < at + every


@given(MOMENTS, INTERVALS, st.integers(0, 100_000))
def test_a_settled_due_time_comes_back_only_with_the_next_multiple(now, every, later):
    job = make_declaration(every=every)
    (first,) = due([job], {}, now)
    again = list(due([job], {job.name: first.at}, now + seconds(later)))
    expected = newest_due_time(every, now + seconds(later))
    assert again == ([] if expected == first.at else [Due(job, expected)])


def test_each_job_is_due_by_its_own_interval():
    fast, slow = make_declaration("fast"), make_declaration("slow", every=seconds(10))
    settled = {"fast": NOON, "slow": NOON}
    assert list(due([fast, slow], settled, NOON + seconds(3))) == [Due(fast, NOON + seconds(3))]
    assert [found.job for found in due([fast, slow], settled, NOON + seconds(10))] == [fast, slow]


def test_a_job_of_which_nothing_is_settled_is_due_at_once_for_its_last_due_time():
    weekly = make_declaration(every=seconds(7 * 86_400))
    (found,) = due([weekly], {}, NOON)
    assert found.at == datetime(2026, 11, 19, tzinfo=UTC)


def test_missed_due_times_are_skipped_and_counted_not_piled_up():
    job = make_declaration(every=seconds(10))
    (found,) = due([job], {"quotes": NOON}, NOON + seconds(47))
    assert found.at == NOON + seconds(40)
    assert skipped(NOON, found) == 3


def test_nothing_is_skipped_between_neighbours_nor_before_the_first():
    job = make_declaration(every=seconds(10))
    assert skipped(NOON, Due(job, NOON + seconds(10))) == 0
    assert skipped(None, Due(job, NOON)) == 0


def test_a_clock_set_back_makes_nothing_due_anew():
    job = make_declaration()
    assert list(due([job], {"quotes": NOON}, NOON - seconds(60))) == []
    assert skipped(NOON, Due(job, NOON - seconds(60))) == 0


@given(MOMENTS)
def test_the_wait_always_ends_on_a_whole_second(now):
    wait = until_next_tick(seconds(1), now)
    assert timedelta(0) < wait <= timedelta(seconds=1)
    assert (now + wait).microsecond == 0
