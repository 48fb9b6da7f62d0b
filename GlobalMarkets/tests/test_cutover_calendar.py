"""The cutover's calendar: stored sessions at an instant; a schedule that does not tell has none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cutover import sessions
from cutover.sessions import Session
from GlobalMarkets import feeds
from GlobalMarkets.feeds.tests.makers import OPEN, minute_lines, write_recording
from GlobalMarkets.models import MarketStatus, TradingSession, Venue
from GlobalMarkets.services.cutover_calendar import StoredCalendar

MONDAY = Session(
    "XNYS", date(2026, 11, 23), *(datetime(2026, 11, 23, h, m, tzinfo=UTC) for h, m in ((14, 30), (21, 0)))
)
TUESDAY = Session(
    "XNYS", date(2026, 11, 24), *(datetime(2026, 11, 24, h, m, tzinfo=UTC) for h, m in ((14, 30), (21, 0)))
)
SECOND = timedelta(seconds=1)


@pytest.fixture
def calendar(db):
    Venue.objects.create(
        market_id=1, mic="XNYS", name="New York", city="New York", country="USA", time_zone="America/New_York",
        currency="USD", place=1, known_until=date(2026, 12, 31),
    )  # fmt: skip
    for day in (MONDAY, TUESDAY):
        TradingSession.objects.create(
            venue_id=1, date=day.date, kind="REGULAR", opens_at=day.opens_at, closes_at=day.closes_at
        )
    TradingSession.objects.create(venue_id=1, date=date(2026, 11, 26), kind="HOLIDAY", name="Thanksgiving")
    return StoredCalendar()


def test_it_is_the_one_in_use():
    assert isinstance(sessions.current(), StoredCalendar)


def test_a_session_runs_from_its_open_up_to_its_close(calendar):
    assert calendar.running("XNYS", MONDAY.opens_at) == MONDAY
    assert calendar.running("XNYS", MONDAY.opens_at - SECOND) is None
    assert calendar.running("XNYS", MONDAY.closes_at - SECOND) == MONDAY
    assert calendar.running("XNYS", MONDAY.closes_at) is None


def test_the_last_and_the_coming_one(calendar):
    night = MONDAY.closes_at + SECOND
    assert (calendar.last("XNYS", night), calendar.coming("XNYS", night)) == (MONDAY, TUESDAY)
    assert calendar.last("XNYS", MONDAY.closes_at) == MONDAY
    assert calendar.last("XNYS", MONDAY.closes_at - SECOND) is None
    assert calendar.coming("XNYS", TUESDAY.opens_at) is None
    assert calendar.running("XHKG", MONDAY.opens_at) is None


def test_the_sessions_of_a_stretch(calendar):
    assert calendar.between("XNYS", MONDAY.opens_at, TUESDAY.closes_at) == [MONDAY, TUESDAY]
    assert calendar.between("XNYS", MONDAY.closes_at, TUESDAY.opens_at) == []


def test_the_markets_time_is_the_walls_without_a_replay(calendar):
    assert calendar.market_time(MONDAY.opens_at) == MONDAY.opens_at


@pytest.fixture
def own_feed():
    feeds.forget()
    yield
    feeds.forget()


@pytest.mark.usefixtures("own_feed")
def test_beside_a_replay_it_is_what_was_last_recorded(calendar, tmp_path, settings):
    settings.REPLAY = str(write_recording(tmp_path, minute_lines(0, 1)))
    assert calendar.market_time(MONDAY.opens_at) == OPEN, "nothing was recorded yet"
    MarketStatus.objects.create(
        venue_id=1,
        status="OPEN",
        phase="regular",
        is_holiday=False,
        next_event="close",
        next_event_at=OPEN,
        as_of=OPEN + SECOND,
    )
    assert calendar.market_time(MONDAY.opens_at) == OPEN + SECOND
    feeds.current().poll(MONDAY.opens_at)
    assert calendar.market_time(MONDAY.opens_at) == OPEN, "the replay that plays here has the clock"
