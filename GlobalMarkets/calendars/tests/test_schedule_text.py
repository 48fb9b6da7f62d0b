"""A schedule as text: what is written is read again, day for day, and a broken line is named."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from GlobalMarkets.calendars.days import Hours, Kind
from GlobalMarkets.calendars.errors import ScheduleFault
from GlobalMarkets.calendars.schedule_text import Told, read, write
from GlobalMarkets.calendars.venues import venue_row

VENUE = venue_row("XSAU")  # trades Sunday to Thursday
FIRST = date(2026, 11, 1)
HOURS = [Hours.parse(text) for text in ("10:00-15:00", "10:00-12:00", "09:00-11:30,12:30-15:00", "<17:00-16:00")]

told_days = st.lists(
    st.builds(Told, st.sampled_from([None, *HOURS]), st.sampled_from(["", "Eid al-Adha", "A # name"]), st.booleans()),
    min_size=1,
    max_size=60,
)


@settings(deadline=None)
@given(told_days)
def test_every_day_is_read_as_it_was_written(told: list[Told]) -> None:
    days = {FIRST + timedelta(days=number): one for number, one in enumerate(told)}
    text = write(VENUE, {(FIRST, max(days)): days})
    found = {day.date: day for day in read(text, VENUE, "test").days}
    for day, one in days.items():
        assert (found[day].hours if day in found else None) == one.hours
        if one.hours is None:
            assert (day in found) is VENUE.trades_on(day)


def test_the_usual_hours_are_said_once_and_exceptions_by_the_day() -> None:
    days = {FIRST + timedelta(days=number): Told(HOURS[0]) for number in range(28)}
    days = {day: one for day, one in days.items() if VENUE.trades_on(day)}
    days[date(2026, 11, 10)] = Told(HOURS[1], "Short day")
    days[date(2026, 11, 11)] = Told(None, "National Day")
    lines = write(VENUE, {(FIRST, date(2026, 11, 28)): days}).splitlines()
    assert lines[2:] == [
        "usual 2026-11-01 10:00-15:00",
        "2026-11-10 10:00-12:00 # Short day",
        "2026-11-11 closed # National Day",
    ]


def test_what_is_known_and_what_is_projected() -> None:
    text = "known 2026-11-02\nrange 2026-11-01 2026-11-04\nusual 2026-11-01 10:00-15:00\n2026-11-01 10:00-12:00 ?\n\n# end\n"
    found = read(text, VENUE, "test").days
    assert [(day.date.day, day.kind, day.is_projected) for day in found] == [
        (1, Kind.EARLY_CLOSE, True),
        (2, Kind.REGULAR, False),
        (3, Kind.REGULAR, True),
        (4, Kind.REGULAR, True),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("usual 2026-11-01 ten to three", "too many values"),
        ("usual 2026-11-01 10-15", "not hours of a day"),
        ("range 2026-11-04 2026-11-01", "ends before it begins"),
        ("2026-11-01 shut", "not hours of a day"),
        ("2026-11-31 closed", "day is out of range"),
        ("what is this", "not a line of a schedule"),
        ("known soon", "Invalid isoformat"),
    ],
)
def test_a_broken_line_is_named(line: str, said: str) -> None:
    with pytest.raises(ScheduleFault, match=said) as fault:
        read(f"known 2026-12-31\n{line}\n", VENUE, "XSAU.txt")
    assert str(fault.value).startswith("XSAU.txt:2: ")


def test_a_file_that_is_cut_off_is_refused() -> None:
    with pytest.raises(ScheduleFault, match="no range of days"):
        read("known 2026-12-31\n", VENUE, "XSAU.txt")
