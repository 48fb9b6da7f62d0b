"""Venues, their stored sessions, and what these mean at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet

from GlobalMarkets.calendars.days import Session
from GlobalMarkets.calendars.errors import BeyondSchedule, UnknownVenue
from GlobalMarkets.calendars.hours import Boundary, HoursStatus, Sessions, boundaries_of, status_at
from GlobalMarkets.models import KnownStretch, MarketStatus, TradingSession, Venue

# The longest closure is eleven days (Shanghai's Spring Festival); what is asked for reaches well over it on both sides.
BEHIND, AHEAD = timedelta(days=3), timedelta(days=30)
ANY_ZONE = timedelta(days=2)  # a session's local date is never further from its instants
WARNING = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class VenueStatus:
    """A venue at an instant, and the day it is about: the holiday, the running session or else the one to come."""

    venue: Venue
    at: datetime
    hours: HoursStatus
    day: TradingSession

    @property
    def is_projected(self) -> bool:
        """Whether the day was computed ahead of any announcement."""
        return self.day.is_projected


def venues(mics: Sequence[str] = ()) -> list[Venue]:
    """The venues with these MICs, all where none is named, east to west. Raises UnknownVenue."""
    found = list(Venue.objects.all())
    known = {venue.mic for venue in found}
    for mic in mics:
        if mic not in known:
            raise UnknownVenue(mic, sorted(known))
    return [venue for venue in found if not mics or venue.mic in mics]


def venue_by_mic(mic: str) -> Venue:
    """One venue. Raises UnknownVenue."""
    return venues([mic])[0]


def newest_status_at() -> datetime | None:
    """The market time of the newest recorded status; None where none was recorded."""
    newest: datetime | None = MarketStatus.objects.aggregate(newest=Max("as_of"))["newest"]
    return newest


def expires_soon(venue: Venue, at: datetime) -> bool:
    """Whether less than sixty days of the venue's announced schedule are left: somebody should look."""
    return at.astimezone(ZoneInfo(venue.time_zone)).date() + WARNING > venue.known_until


def knows(venue: Venue, day: date) -> bool:
    """Whether this day of the venue is stored."""
    return venue.stretches.filter(first__lte=day, last__gte=day).exists()


def sessions_between(venue: Venue, first: date, last: date) -> QuerySet[TradingSession]:
    """A venue's stored days from `first` to `last`, holidays too. Raises BeyondSchedule where not all are known."""
    stretches = list(venue.stretches.order_by("first").values_list("first", "last"))
    if not any(begins <= first and last <= ends for begins, ends in stretches):
        known = ", ".join(f"{begins} to {ends}" for begins, ends in stretches) or "no days"
        asked = f"{first}" if first == last else f"{first} to {last}"
        raise BeyondSchedule(f"the schedule of {venue.mic} is known for {known}, not for {asked}")
    return venue.sessions.filter(date__range=(first, last)).order_by("date")


def sessions_on(mic: str, first: date, last: date) -> dict[date, Session]:
    """The sessions of a venue on these dates, as far as they are known."""
    rows = TradingSession.objects.filter(venue__mic=mic, date__range=(first, last), opens_at__isnull=False)
    return {row.date: as_session(row) for row in rows}


def as_session(row: TradingSession) -> Session:
    """The session that a stored day holds; the row must be no holiday."""
    if row.opens_at is None or row.closes_at is None:
        raise ValueError(f"{row} is a holiday")
    return Session(row.date, row.opens_at, row.closes_at, row.pause_starts_at, row.pause_ends_at)


def hours_around(chosen: Iterable[Venue], first: datetime, last: datetime) -> dict[str, Sessions]:
    """By MIC, what is known around these instants: enough to tell the status at each and what comes next."""
    chosen = list(chosen)
    begin, end = (first - BEHIND).astimezone(UTC).date(), (last + AHEAD).astimezone(UTC).date()
    days = TradingSession.objects.filter(venue__in=chosen, date__range=(begin, end))
    rows: dict[int, list[TradingSession]] = {}
    for day in days:
        rows.setdefault(day.venue_id, []).append(day)
    known = _known_around(chosen, first)
    return {
        venue.mic: _sessions(
            venue, rows.get(venue.pk, []), max(begin, known[venue.pk][0]), min(end, known[venue.pk][1])
        )
        for venue in chosen
        if venue.pk in known
    }


def _known_around(chosen: Sequence[Venue], at: datetime) -> Mapping[int, tuple[date, date]]:
    """By venue, the known stretch that holds the instant's local date."""
    local = {venue.pk: at.astimezone(ZoneInfo(venue.time_zone)).date() for venue in chosen}
    stretches = KnownStretch.objects.filter(venue__in=chosen)
    return {
        part.venue_id: (part.first, part.last) for part in stretches if part.first <= local[part.venue_id] <= part.last
    }


def _sessions(venue: Venue, rows: Sequence[TradingSession], first: date, last: date) -> Sessions:
    known = [row for row in rows if first <= row.date <= last]
    return Sessions(
        zone=ZoneInfo(venue.time_zone),
        first=first,
        last=last,
        boundaries=boundaries_of(as_session(row) for row in known if row.opens_at),
        holidays={row.date: row.name for row in known if row.opens_at is None},
        preopen=timedelta(minutes=venue.preopen_minutes),
        preclose=timedelta(minutes=venue.preclose_minutes),
    )


def statuses(chosen: Sequence[Venue], at: datetime) -> dict[str, HoursStatus]:
    """By MIC, the status at `at` of those venues whose schedule is known then."""
    found = {}
    for mic, sessions in hours_around(chosen, at, at).items():
        try:
            found[mic] = status_at(sessions, at)
        except BeyondSchedule:
            continue
    return found


def venue_status(venue: Venue, at: datetime) -> VenueStatus:
    """One venue at `at`, with the stored day it is about. Raises BeyondSchedule, saying what is known."""
    sessions = hours_around([venue], at, at).get(venue.mic)
    if sessions is None:
        day = at.astimezone(ZoneInfo(venue.time_zone)).date()
        sessions_between(venue, day, day)  # says for which days the schedule is known
        raise BeyondSchedule(f"the schedule of {venue.mic} does not tell of {at.isoformat()}")
    hours = status_at(sessions, at)
    return VenueStatus(venue, at, hours, _day_at(venue, sessions, hours, at))


def _day_at(venue: Venue, sessions: Sessions, hours: HoursStatus, at: datetime) -> TradingSession:
    local = at.astimezone(sessions.zone).date()
    if not hours.is_holiday:
        local = next(boundary.session.date for boundary in sessions.boundaries if boundary.at > at)
    return venue.sessions.get(date=local)


def boundaries_between(last_at: datetime, at: datetime) -> list[tuple[datetime, list[str]]]:
    """The instants in (last_at, at] at which venues open, pause, resume or close, in order, each with their MICs."""
    days = ((last_at - ANY_ZONE).date(), (at + ANY_ZONE).date())
    rows = TradingSession.objects.filter(date__range=days, opens_at__isnull=False).select_related("venue")
    found: dict[datetime, list[str]] = {}
    for row in rows.order_by("venue__place", "date"):
        for boundary in boundaries_of([as_session(row)]):
            if last_at < boundary.at <= at:
                found.setdefault(boundary.at, []).append(row.venue.mic)
    return sorted(found.items())


def next_boundary(at: datetime) -> Boundary | None:
    """The next change of any venue's status after `at`; None where nothing is known."""
    coming = [
        boundary
        for sessions in hours_around(Venue.objects.all(), at, at).values()
        for boundary in sessions.boundaries
        if boundary.at > at
    ]
    return min(coming, key=lambda boundary: boundary.at, default=None)


def market_statuses(mics: Sequence[str] = ()) -> list[MarketStatus]:
    """The recorded statuses of these venues, of all where none is named, east to west. Raises UnknownVenue."""
    chosen = venues(mics)
    rows = MarketStatus.objects.filter(venue__in=chosen).select_related("venue").order_by("venue__place")
    return list(rows)


def open_mics() -> set[str]:
    """The venues whose recorded status is OPEN."""
    return set(MarketStatus.objects.filter(status="OPEN").values_list("venue__mic", flat=True))


def market_status_of(mics: Sequence[str]) -> dict[str, MarketStatus]:
    """By MIC, the recorded status of those venues that have one."""
    rows = MarketStatus.objects.filter(venue__mic__in=mics).select_related("venue")
    return {row.venue.mic: row for row in rows}
