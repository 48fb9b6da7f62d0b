"""Hours as text, and the instants that they mean."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from GlobalMarkets.calendars.days import Hours, Kind, kind_of, session_of

REGULAR = Hours.parse("09:00-11:30,12:30-15:30")


@pytest.mark.parametrize("text", ["09:30-16:00", "09:00-11:30,12:30-15:30", "<17:00-16:00", "<17:00-15:15,15:30-16:00"])
def test_hours_are_written_as_they_are_read(text: str) -> None:
    assert str(Hours.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "closed", "9:30-16:00", "09:30-16:00,", "25:00-26:00", "16:00-09:30", "09:00-12:30,11:30-15:00"]
)
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hour|time"):
        Hours.parse(text)


def test_an_overnight_session_opens_on_the_evening_before() -> None:
    session = session_of(date(2026, 11, 23), Hours.parse("<17:00-15:15,15:30-16:00"), ZoneInfo("America/Chicago"))
    assert session.opens_at == datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert session.pause_starts_at == datetime(2026, 11, 23, 21, 15, tzinfo=UTC)
    assert session.closes_at == datetime(2026, 11, 23, 22, tzinfo=UTC)


def test_the_same_hours_are_other_instants_on_daylight_time() -> None:
    zone, hours = ZoneInfo("America/New_York"), Hours.parse("09:30-16:00")
    assert session_of(date(2026, 3, 6), hours, zone).opens_at == datetime(2026, 3, 6, 14, 30, tzinfo=UTC)
    assert session_of(date(2026, 3, 9), hours, zone).opens_at == datetime(2026, 3, 9, 13, 30, tzinfo=UTC)


def test_a_close_within_or_before_the_pause_ends_the_pause() -> None:
    assert str(REGULAR.closing(time(11, 0))) == "09:00-11:00"
    assert str(REGULAR.closing(time(15, 0))) == "09:00-11:30,12:30-15:00"


@pytest.mark.parametrize(
    ("hours", "kind"),
    [
        ("09:00-11:30,12:30-15:30", Kind.REGULAR),
        ("09:00-11:30", Kind.EARLY_CLOSE),
        ("12:30-15:30", Kind.LATE_OPEN),
        ("18:15-19:15", Kind.SPECIAL),
    ],
)
def test_a_day_is_told_by_how_it_differs(hours: str, kind: Kind) -> None:
    assert kind_of(Hours.parse(hours), REGULAR) is kind


def test_a_session_outside_of_the_trading_week_is_special_and_a_closed_day_a_holiday() -> None:
    assert kind_of(REGULAR, None) is Kind.SPECIAL
    assert kind_of(None, REGULAR) is Kind.HOLIDAY
