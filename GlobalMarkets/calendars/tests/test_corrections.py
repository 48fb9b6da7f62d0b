"""The rulings' file: what a row may say, and that a broken one is told by its line."""

from datetime import date, time

import pytest

from GlobalMarkets.calendars import corrections
from GlobalMarkets.calendars.days import Hours
from GlobalMarkets.calendars.errors import CorrectionFault

RULE = """# a comment
[[rule]]
venues = ["XASX"]
take = "xc"
source = "ASX"
dated = 2026-01-01
"""
DAY = """
[[day]]
venues = ["XNYS", "XNAS"]
date = 2025-01-09
closed = true
name = "Day of mourning"
source = "NYSE"
dated = 2024-12-30
"""


def test_rows_are_read_with_their_line_source_and_date() -> None:
    read = corrections.read(RULE + DAY)
    assert [(rule.line, rule.take, rule.source, rule.dated) for rule in read.rules] == [
        (2, "xc", "ASX", date(2026, 1, 1))
    ]
    assert [(day.line, day.dates, day.hours) for day in read.days] == [(8, (date(2025, 1, 9),), None)]


def test_hours_and_clocks_are_read() -> None:
    text = RULE.replace('take = "xc"', 'hours = "09:30-16:00"\nclock = "America/New_York"\nwhere_opens = "08:30"')
    rule = corrections.read(text).rules[0]
    assert (str(rule.clock), rule.hours, rule.where_opens) == (
        "America/New_York",
        Hours(time(9, 30), time(16)),
        time(8, 30),
    )


def test_a_range_of_days_is_every_day() -> None:
    text = DAY.replace("date = 2025-01-09", "first = 2025-01-09\nlast = 2025-01-11")
    assert len(corrections.read(text).days[0].dates) == 3


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('source = "NYSE"\n', "", 8, "'source' is missing"),
        ('source = "NYSE"', 'source = " "', 8, "'source' is empty"),
        ("dated = 2024-12-30\n", "", 8, "'dated' is missing"),
        ("dated = 2024-12-30", 'dated = "2024-12-30"', 8, "'dated' is not a date"),
        ('"XNAS"', '"XXXX"', 8, "no venue has the MIC XXXX"),
        ('["XNYS", "XNAS"]', '"XNYS"', 8, "'venues' is not a list"),
        ("closed = true", 'hours = "9-17"', 8, "not hours of a day"),
        ("closed = true", "", 8, "give either hours or closed"),
        ("closed = true", 'closed = true\nhours = "09:30-13:00"', 8, "give either hours or closed"),
        ("date = 2025-01-09", "first = 2025-01-09\nlast = 2025-01-08", 8, "is before 'first'"),
        ("date = 2025-01-09\n", "", 8, "'first' is missing"),
        ("closed = true", "closd = true", 8, "unknown field 'closd'"),
        ("closed = true", "closed = ", 11, "Invalid value"),
        ("[[day]]", "[[dya]]", 8, "neither [[rule]] nor [[day]]"),
        ('take = "xc"', 'take = "yahoo"', 2, "'take' is 'yahoo', not one of xc, pmc"),
        ('take = "xc"', 'season = "summer"\ncloses = "17:00"', 2, "'season' is 'summer'"),
        ('take = "xc"', "", 2, "the rule rules nothing"),
        ('take = "xc"', 'closes = "5 pm"', 2, "Invalid isoformat"),
        ('take = "xc"', 'hours = "09:30-16:00"\nclock = "Mars/Olympus"', 2, "'clock' is no time zone"),
    ],
)
def test_a_broken_row_is_told_by_its_line(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(CorrectionFault) as fault:
        corrections.read((RULE + DAY).replace(old, new, 1))
    assert str(fault.value).startswith(f"corrections.toml:{line}: ")
    assert said in str(fault.value)


def test_the_shipped_rulings_are_sound_and_each_has_its_source() -> None:
    shipped = corrections.shipped()
    assert shipped.rules
    assert shipped.days
    assert all(ruling.source and ruling.dated <= date(2026, 12, 31) for ruling in (*shipped.rules, *shipped.days))
