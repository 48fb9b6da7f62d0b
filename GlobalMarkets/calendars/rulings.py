"""What the libraries say about each day, weighed by the rulings: one answer, or a disagreement that nobody ruled on. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from GlobalMarkets.calendars.corrections import Corrections, DayRuling, Rule
from GlobalMarkets.calendars.days import Hours, day_range
from GlobalMarkets.calendars.errors import CalendarFault
from GlobalMarkets.calendars.schedule_text import Told
from GlobalMarkets.calendars.venues import VenueRow

NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True, slots=True)
class Opinions:
    """What each library says of each day that it knows of (None: closed), and the names it gives to days."""

    by_library: Mapping[str, Mapping[date, Hours | None]]
    names: Mapping[date, str] = field(default_factory=dict)

    @property
    def first(self) -> date | None:
        """The first day that anybody tells of, None where nobody tells of any."""
        return min((min(days) for days in self.by_library.values() if days), default=None)

    def on(self, day: date) -> dict[str, Hours | None]:
        """The opinions about one day."""
        return {library: days[day] for library, days in self.by_library.items() if day in days}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A day on which the libraries differ, and the line of the ruling that settled it (None: nobody did)."""

    mic: str
    day: date
    said: Mapping[str, Hours | None]
    settled_by: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A venue's days as ruled, and where the libraries differed. `idle`: lines of day rulings that change nothing."""

    told: dict[date, Told]
    disagreements: list[Disagreement]
    idle: list[int]


def judge(venue: VenueRow, first: date, last: date, opinions: Opinions, corrections: Corrections) -> Verdict:
    """One answer for each day from `first` to `last`. Raises CalendarFault for a day of which nobody tells."""
    by_day = {day: ruling for ruling in corrections.days for day in ruling.dates}
    told: dict[date, Told] = {}
    disagreements: list[Disagreement] = []
    useful: set[int] = set()
    for day in day_range(first, last):
        said = opinions.on(day)
        if not said and day not in by_day:
            raise CalendarFault(f"{venue.mic}: no library tells of {day}")
        hours, line = _settled(venue, day, said, corrections.rules, by_day.get(day))
        if len(set(said.values())) > 1:
            disagreements.append(Disagreement(venue.mic, day, said, line))
        ruling = by_day.get(day)
        if ruling and said != dict.fromkeys(said, ruling.hours):
            useful.add(ruling.line)
        if hours or venue.trades_on(day):
            told[day] = Told(hours, _name(venue, day, hours, ruling, opinions), bool(ruling and ruling.provisional))
    idle = [ruling.line for ruling in corrections.days if _within(ruling, first, last) and ruling.line not in useful]
    return Verdict(told, disagreements, idle)


def _within(ruling: DayRuling, first: date, last: date) -> bool:
    return any(first <= day <= last for day in ruling.dates)


def _settled(
    venue: VenueRow, day: date, said: Mapping[str, Hours | None], rules: Sequence[Rule], ruling: DayRuling | None
) -> tuple[Hours | None, int | None]:
    """The hours of a day and the line of the ruling that decided them, None where it took none or nobody ruled."""
    if ruling:
        return ruling.hours, ruling.line
    valid = [rule for rule in rules if rule.first <= day <= rule.last and _in_season(rule, day)]
    amended, line = _amended(venue, day, said, valid)
    if len(set(amended.values())) <= 1:
        return next(iter(amended.values()), None), line
    for rule in valid:
        if rule.take in amended and _applies(rule, said[rule.take]):
            return amended[rule.take], rule.line
    return next(iter(amended.values())), None


def _amended(
    venue: VenueRow, day: date, said: Mapping[str, Hours | None], rules: Sequence[Rule]
) -> tuple[dict[str, Hours | None], int | None]:
    amended, line = dict(said), None
    for rule in rules:
        for library, hours in amended.items():
            if hours and not rule.take and _applies(rule, hours):
                amended[library] = _amend(venue, day, hours, rule)
                line = rule.line
    return amended, line


def _applies(rule: Rule, hours: Hours | None) -> bool:
    if not rule.where_opens and not rule.where_closes:
        return True
    if hours is None:
        return False
    return rule.where_opens in (None, hours.opens) and rule.where_closes in (None, hours.closes)


def _amend(venue: VenueRow, day: date, hours: Hours, rule: Rule) -> Hours:
    if rule.hours:
        return _in_clock_of(venue, day, rule.hours, rule.clock) if rule.clock else rule.hours
    if rule.opens:
        hours = replace(hours, opens=rule.opens)
    if rule.closes:
        hours = hours.closing(rule.closes)
    return hours.pausing(rule.pause.opens, rule.pause.closes) if rule.pause else hours


def _in_clock_of(venue: VenueRow, day: date, hours: Hours, clock: ZoneInfo) -> Hours:
    """Hours that are told in another city's clock, in the venue's own."""

    def here(there: time) -> time:
        return datetime.combine(day, there, clock).astimezone(venue.time_zone).time()

    return Hours(here(hours.opens), here(hours.closes))


def _in_season(rule: Rule, day: date) -> bool:
    noon = datetime.combine(day, time(12), UTC).astimezone(NEW_YORK)
    daylight = noon.dst() != timedelta(0)
    return not rule.season or (rule.season == "us_daylight") == daylight


def _name(venue: VenueRow, day: date, hours: Hours | None, ruling: DayRuling | None, opinions: Opinions) -> str:
    if ruling and ruling.name:
        return ruling.name
    return opinions.names.get(day) or venue.day_name(day) or ("" if hours else "Holiday")


def unsettled(disagreements: Sequence[Disagreement]) -> list[Disagreement]:
    """Those that no ruling settled."""
    return [found for found in disagreements if found.settled_by is None]
