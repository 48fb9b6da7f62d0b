"""How opinions are weighed: agreement, one library, a rule, a day, and nobody having ruled."""

from datetime import date, time

import pytest

from GlobalMarkets.calendars.corrections import Corrections, DayRuling, Rule
from GlobalMarkets.calendars.days import Hours
from GlobalMarkets.calendars.errors import CalendarFault
from GlobalMarkets.calendars.rulings import Opinions, judge, unsettled
from GlobalMarkets.calendars.venues import venue_row

VENUE = venue_row("XNYS")
DAY = date(2026, 11, 20)  # a Friday on standard time
REGULAR, SHORT = Hours.parse("09:30-16:00"), Hours.parse("09:30-13:00")


def make_rule(**differing) -> Rule:
    return Rule(**{"line": 7, "venues": ("XNYS",), "source": "somebody", "dated": DAY} | differing)


def make_ruling(hours: Hours | None, *dates: date, **differing) -> DayRuling:
    told = {
        "line": 9,
        "venues": ("XNYS",),
        "source": "somebody",
        "dated": DAY,
        "dates": dates or (DAY,),
        "hours": hours,
    }
    return DayRuling(**told | differing)


def verdict(xc, pmc, *rules: Rule, days: tuple[DayRuling, ...] = (), day: date = DAY, mic: str = "XNYS"):
    opinions = Opinions({"xc": {day: xc}, "pmc": {day: pmc}}, {day: "A day"})
    return judge(venue_row(mic), day, day, opinions, Corrections(rules, days))


def test_where_both_agree_there_is_nothing_to_rule_on() -> None:
    found = verdict(SHORT, SHORT)
    assert (found.told[DAY].hours, found.told[DAY].name, found.disagreements) == (SHORT, "A day", [])


def test_a_disagreement_without_a_ruling_is_unsettled() -> None:
    found = verdict(REGULAR, SHORT)
    assert [(one.day, one.said) for one in unsettled(found.disagreements)] == [(DAY, {"xc": REGULAR, "pmc": SHORT})]


def test_a_rule_believes_one_library() -> None:
    found = verdict(REGULAR, SHORT, make_rule(take="pmc"))
    assert found.told[DAY].hours == SHORT
    assert [one.settled_by for one in found.disagreements] == [7]


def test_a_rule_for_other_days_or_other_hours_settles_nothing() -> None:
    later = make_rule(take="pmc", first=date(2026, 11, 21))
    earlier = make_rule(take="pmc", last=date(2026, 11, 19))
    summer = make_rule(take="pmc", season="us_daylight")
    other = make_rule(take="pmc", where_closes=time(14))
    assert unsettled(verdict(REGULAR, SHORT, later, earlier, summer, other).disagreements)
    assert not unsettled(verdict(REGULAR, SHORT, make_rule(take="pmc", where_closes=time(13))).disagreements)


def test_a_rule_with_conditions_does_not_speak_of_closed_days() -> None:
    assert unsettled(verdict(REGULAR, None, make_rule(take="pmc", where_closes=time(13))).disagreements)


def test_an_amendment_can_make_libraries_agree() -> None:
    found = verdict(Hours.parse("10:00-18:00"), Hours.parse("10:00-17:00"), make_rule(closes=time(16)))
    assert str(found.told[DAY].hours) == "10:00-16:00"
    assert not unsettled(found.disagreements)


def test_an_amendment_holds_where_both_are_wrong_in_the_same_way() -> None:
    found = verdict(REGULAR, REGULAR, make_rule(opens=time(10), pause=Hours.parse("12:00-13:00")))
    assert str(found.told[DAY].hours) == "10:00-12:00,13:00-16:00"


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 7, 1), "07:30-14:00"), (DAY, "08:30-15:00")])
def test_hours_may_be_told_in_another_citys_clock(day: date, hours: str) -> None:
    from zoneinfo import ZoneInfo

    rule = make_rule(hours=REGULAR, clock=ZoneInfo("America/New_York"))
    assert str(verdict(SHORT, SHORT, rule, day=day, mic="XMEX").told[day].hours) == hours


def test_a_ruling_on_a_day_goes_before_everything() -> None:
    found = verdict(REGULAR, REGULAR, make_rule(closes=time(12)), days=(make_ruling(None, name="Mourning"),))
    assert (found.told[DAY].hours, found.told[DAY].name, found.idle) == (None, "Mourning", [])


def test_a_session_may_be_ruled_onto_a_weekend_and_be_provisional() -> None:
    sunday = date(2026, 11, 8)
    muhurat = make_ruling(Hours.parse("18:15-19:15"), sunday, provisional=True)
    found = verdict(None, None, days=(muhurat,), day=sunday)
    assert (str(found.told[sunday].hours), found.told[sunday].is_projected) == ("18:15-19:15", True)


def test_a_ruling_that_libraries_have_caught_up_with_is_idle() -> None:
    assert verdict(SHORT, SHORT, days=(make_ruling(SHORT),)).idle == [9]
    assert verdict(REGULAR, SHORT, days=(make_ruling(SHORT),)).idle == []
    assert verdict(REGULAR, SHORT, days=(make_ruling(SHORT, date(2020, 1, 1)),)).idle == []


def test_a_lone_opinion_stands() -> None:
    opinions = Opinions({"xc": {DAY: REGULAR}})
    assert judge(VENUE, DAY, DAY, opinions, Corrections()).disagreements == []
    assert opinions.first == DAY
    assert Opinions({}).first is None


def test_a_day_of_which_nobody_tells_is_an_error() -> None:
    with pytest.raises(CalendarFault, match="XNYS: no library tells of 2026-11-20"):
        judge(VENUE, DAY, DAY, Opinions({"xc": {}}), Corrections())
