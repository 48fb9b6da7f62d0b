"""Days that were announced otherwise than a rule would have it: what the shipped schedules must say of them."""

from datetime import date

import pytest

from GlobalMarkets.calendars.days import Kind
from GlobalMarkets.calendars.tests.shipped import days_of, schedule_of
from GlobalMarkets.calendars.venues import venue_row, venue_rows

FACTS = [
    # Chicago: Good Fridays with and without a jobs report, halts, days of mourning, the pause that ended in 2021
    ("XCME", "2021-04-02", "<17:00-08:15"),
    ("XCME", "2022-04-15", "closed"),
    ("XCME", "2024-03-29", "closed"),
    ("XCME", "2025-04-18", "closed"),
    ("XCME", "2026-04-03", "<17:00-08:15"),
    ("XCME", "2027-03-26", "closed"),
    ("XCME", "2026-06-19", "<17:00-12:00"),
    ("XCME", "2026-07-03", "<17:00-12:00"),
    ("XCME", "2026-11-27", "<17:00-12:15"),
    ("XCME", "2018-12-05", "<17:00-08:30"),
    ("XCME", "2025-01-09", "<17:00-08:30"),
    ("XCME", "2021-06-25", "<17:00-15:15,15:30-16:00"),
    ("XCME", "2021-06-28", "<17:00-16:00"),
    ("XCME", "2013-10-08", "<17:00-15:15,15:30-16:15"),
    # New York
    ("XNYS", "2018-12-05", "closed"),
    ("XNYS", "2025-01-09", "closed"),
    ("XNYS", "2026-07-02", "09:30-16:00"),
    ("XNYS", "2025-07-03", "09:30-13:00"),
    ("XNYS", "2021-12-31", "09:30-16:00"),
    ("XNAS", "2013-10-08", "09:30-16:00"),
    # London, Frankfurt, Paris
    ("XLON", "2020-05-04", "08:00-16:30"),
    ("XLON", "2020-05-08", "closed"),
    ("XLON", "2022-09-19", "closed"),
    ("XLON", "2023-05-08", "closed"),
    ("XLON", "2018-06-07", "09:00-16:30"),
    ("XLON", "2019-08-16", "08:00-16:30"),
    ("XLON", "2022-06-02", "closed"),
    ("XLON", "2022-12-30", "08:00-12:30"),
    ("XETR", "2020-04-14", "09:00-09:25,14:05-17:30"),
    ("XPAR", "2020-10-19", "09:00-09:48,12:45-17:30"),
    ("XAMS", "2020-10-19", "09:00-09:48,12:45-17:30"),
    ("XMAD", "2021-12-24", "closed"),
    ("XMAD", "2025-12-31", "09:00-14:00"),
    ("XETR", "2021-05-24", "closed"),
    ("XETR", "2022-06-06", "09:00-17:30"),
    ("XETR", "2025-12-30", "09:00-14:00"),
    ("XPAR", "2025-12-24", "09:00-14:05"),
    # Tokyo
    ("XTKS", "2024-11-01", "09:00-11:30,12:30-15:00"),
    ("XTKS", "2024-11-05", "09:00-11:30,12:30-15:30"),
    ("XTKS", "2019-05-02", "closed"),
    ("XTKS", "2020-10-01", "closed"),
    # Hong Kong: half days, weather
    ("XHKG", "2026-02-16", "09:30-12:00"),
    ("XHKG", "2021-04-06", "closed"),
    ("XHKG", "2023-07-17", "closed"),
    ("XHKG", "2023-09-01", "closed"),
    ("XHKG", "2023-10-09", "14:00-16:00"),
    ("XHKG", "2024-09-06", "closed"),
    ("XHKG", "2022-11-02", "09:30-12:00,13:00-13:55"),
    # Shanghai and Shenzhen
    ("XSHG", "2020-01-31", "closed"),
    ("XSHE", "2026-02-23", "closed"),
    ("XSHE", "2026-02-24", "09:30-11:30,13:00-15:00"),
    # Mumbai
    ("XNSE", "2013-11-14", "09:15-15:30"),
    ("XNSE", "2013-11-15", "closed"),
    ("XNSE", "2019-10-27", "18:15-19:15"),
    ("XNSE", "2020-02-01", "09:15-15:30"),
    ("XNSE", "2021-02-24", "09:15-11:40,15:45-17:00"),
    ("XNSE", "2023-11-12", "18:15-19:15"),
    ("XNSE", "2024-01-20", "09:15-15:30"),
    ("XNSE", "2024-01-22", "closed"),
    ("XNSE", "2024-03-02", "09:15-10:00,11:30-12:30"),
    ("XNSE", "2024-05-18", "09:15-10:00,11:45-12:40"),
    ("XNSE", "2026-01-15", "closed"),
    ("XNSE", "2026-02-01", "09:15-15:30"),
    ("XNSE", "2026-12-07", "09:15-15:30"),
    # Sydney
    ("XASX", "2022-12-23", "10:00-16:00"),
    ("XASX", "2025-12-24", "10:00-14:10"),
    ("XASX", "2022-09-22", "closed"),
    ("XASX", "2020-11-16", "10:00-10:24"),
    ("XASX", "2026-04-27", "10:00-16:00"),
    # Toronto
    ("XTSE", "2026-12-24", "09:30-13:00"),
    ("XTSE", "2026-10-12", "closed"),
    ("XTSE", "2018-04-27", "09:30-13:39"),
    ("XTSE", "2022-12-23", "09:30-16:00"),
    ("XTSE", "2022-12-27", "closed"),
    ("XTSE", "2023-12-22", "09:30-16:00"),
    # São Paulo: New York's daylight time moves its close, its own never did
    ("BVMF", "2018-11-05", "10:00-18:00"),
    ("BVMF", "2019-02-20", "10:00-18:00"),
    ("BVMF", "2026-03-06", "10:00-18:00"),
    ("BVMF", "2026-03-09", "10:00-17:00"),
    ("BVMF", "2026-10-30", "10:00-17:00"),
    ("BVMF", "2026-11-03", "10:00-18:00"),
    ("BVMF", "2026-02-18", "13:00-18:00"),
    ("BVMF", "2022-11-18", "10:00-18:00"),
    ("BVMF", "2024-11-20", "closed"),
    # Mexico: opens with New York
    ("XMEX", "2022-10-28", "08:30-15:00"),
    ("XMEX", "2022-10-31", "07:30-14:00"),
    ("XMEX", "2025-07-01", "07:30-14:00"),
    ("XMEX", "2025-11-03", "08:30-15:00"),
    ("XMEX", "2024-10-01", "closed"),
    # Riyadh
    ("XSAU", "2021-02-22", "10:00-15:00"),
    ("XSAU", "2021-05-10", "10:00-15:00"),
    ("XSAU", "2021-05-12", "closed"),
    ("XSAU", "2021-05-17", "10:00-15:00"),
    ("XSAU", "2021-07-15", "10:00-15:00"),
    ("XSAU", "2021-07-25", "10:00-15:00"),
    ("XSAU", "2022-09-22", "closed"),
    ("XSAU", "2023-02-23", "10:00-15:00"),
    ("XSAU", "2023-04-17", "10:00-15:00"),
    ("XSAU", "2023-04-24", "closed"),
    ("XSAU", "2023-04-25", "10:00-15:00"),
    ("XSAU", "2024-09-22", "10:00-15:00"),
    ("XSAU", "2024-09-24", "10:00-15:00"),
    ("XSAU", "2026-02-22", "closed"),
    ("XSAU", "2026-02-23", "10:00-15:00"),
    ("XSAU", "2023-06-22", "10:00-15:00"),
    ("XSAU", "2023-06-25", "closed"),
    ("XSAU", "2023-07-02", "10:00-15:00"),
    ("XSAU", "2024-04-04", "10:00-15:00"),
    ("XSAU", "2024-04-11", "closed"),
    ("XSAU", "2024-04-14", "10:00-15:00"),
    ("XSAU", "2025-06-04", "10:00-15:00"),
    ("XSAU", "2025-06-10", "closed"),
    ("XSAU", "2025-06-11", "10:00-15:00"),
]


@pytest.mark.parametrize(("mic", "day", "hours"), FACTS)
def test_what_is_shipped_is_what_was_announced(mic: str, day: str, hours: str) -> None:
    told = days_of(mic)[date.fromisoformat(day)]
    assert (str(told.hours) if told.hours else "closed") == hours


def test_every_venue_has_its_row_and_its_schedule() -> None:
    rows = venue_rows()
    assert sorted(row.market_id for row in rows) == list(range(1, 19))
    assert [row.mic for row in rows][:2] == ["XASX", "XTKS"]
    assert [row.longitude for row in rows] == sorted((row.longitude for row in rows), reverse=True)
    for row in rows:
        assert schedule_of(row.mic).ranges == list(row.ships)
        assert len(row.country) == 3


@pytest.mark.parametrize("mic", ["XNYS", "XNAS"])
def test_october_2013_is_there_for_a_replay(mic: str) -> None:
    october = [day for day in days_of(mic).values() if (day.date.year, day.date.month) == (2013, 10)]
    assert len(october) == 23
    assert {day.kind for day in october} == {Kind.REGULAR}


def test_beyond_what_is_known_days_are_projected_and_marked() -> None:
    known_until = venue_row("XSHG").known_until
    assert all(day.is_projected is (day.date > known_until) for day in days_of("XSHG").values())
    muhurat = days_of("XNSE")[date(2026, 11, 8)]
    assert (muhurat.kind, muhurat.name, muhurat.is_projected) == (Kind.SPECIAL, "Muhurat trading", True)
