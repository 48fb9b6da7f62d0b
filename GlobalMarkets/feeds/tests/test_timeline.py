"""The laws of a replay's clock."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from GlobalMarkets.feeds.minutes import MINUTE
from GlobalMarkets.feeds.tests.makers import OPEN, at
from GlobalMarkets.feeds.timeline import STRETCH, Timeline

gaps = st.lists(st.one_of(st.integers(0, 5), st.integers(6, 3000)), max_size=20)


def releases_of(minutes):
    found = [OPEN + MINUTE]
    for minute in minutes:
        found.append(found[-1] + timedelta(minutes=minute))
    return found


def test_it_begins_with_the_first_bar_and_stops_after_the_last():
    timeline = Timeline([at(60), at(120)], MINUTE)
    assert timeline.at(-5) == timeline.at(0) == OPEN
    assert timeline.at(119) == at(119)
    assert timeline.at(1e9) == timeline.end == at(120)


def test_the_end_is_the_end_of_the_last_minute():
    assert Timeline([at(8), at(65)], timedelta(seconds=1)).end == at(120)


def test_a_long_stretch_is_jumped_to_the_start_of_the_next_bar():
    night = Timeline([at(60), at(60 + 64800)], MINUTE)
    assert night.at(119.5) == at(119.5)
    assert night.at(120) == at(64800)
    assert night.at(121) == at(64801)


def test_a_short_stretch_is_played():
    assert Timeline([at(60), at(60) + STRETCH], MINUTE).at(200) == at(200)


@given(gaps, st.lists(st.floats(0, 10**7), max_size=30))
def test_it_never_goes_back_and_never_passes_the_end(minutes, played):
    timeline = Timeline(releases_of(minutes), MINUTE)
    shown = [timeline.at(second) for second in sorted(played)]
    assert shown == sorted(shown)
    assert all(timeline.begin <= instant <= timeline.end for instant in shown)


@given(gaps)
def test_no_jump_takes_a_bar_with_it(minutes):
    """Watched every 20 seconds, the clock is seen in the minute of every row."""
    releases = releases_of(minutes)
    timeline = Timeline(releases, MINUTE)
    longest = sum(min(minute, 6) for minute in minutes) + 2
    seen = [timeline.at(20 * step) for step in range(3 * longest)]
    assert all(any(release - MINUTE <= instant <= release for instant in seen) for release in releases)
