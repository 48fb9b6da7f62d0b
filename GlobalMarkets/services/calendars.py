"""Keeps venues and their sessions in the database: from the shipped schedules, or from what was just built."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Q

from GlobalMarkets.calendars.days import Day, session_of
from GlobalMarkets.calendars.errors import ScheduleFault
from GlobalMarkets.calendars.schedule_text import Schedule, read
from GlobalMarkets.calendars.venues import VenueRow, chosen_rows, venue_rows
from GlobalMarkets.models import KnownStretch, TradingSession, Venue

SHIPPED = Path(__file__).resolve().parent.parent / "calendars" / "schedule"
VENUE_FIELDS = ("mic", "name", "city", "country", "time_zone", "currency", "place", "known_until")
INSTANTS = ("opens_at", "pause_starts_at", "pause_ends_at", "closes_at")
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Change:
    """A day that is told otherwise than before; `before` and `after` are None where nothing was or is told."""

    mic: str
    day: date
    before: TradingSession | None
    after: TradingSession | None


def load_shipped(mics: Sequence[str] = ()) -> list[str]:
    """Bring venues and shipped schedules into the database; the MICs that were not there as they are shipped.

    A second call does nothing. Raises UnknownVenue, ScheduleFault.
    """
    loaded = []
    for row in chosen_rows(list(mics)):
        text = shipped_text(row)
        digest = hashlib.sha256(f"{asdict(row)}{text}".encode()).hexdigest()
        if not Venue.objects.filter(mic=row.mic, shipped=digest).exists():
            with transaction.atomic():
                store_schedule(read(text, row, f"{row.mic}.txt"))
                Venue.objects.filter(mic=row.mic).update(shipped=digest)
            loaded.append(row.mic)
    return loaded


def note_refreshed(mics: Iterable[str], now: datetime) -> None:
    """Remember that the days of these venues were told anew at `now`."""
    Venue.objects.filter(mic__in=list(mics)).update(refreshed_at=now)


def shipped_text(row: VenueRow) -> str:
    """The shipped schedule of a venue. Raises ScheduleFault where the file is missing."""
    path = SHIPPED / f"{row.mic}.txt"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScheduleFault(
            path.name, 1, f"the file is missing in {SHIPPED}: build_calendars --ship makes it"
        ) from None


def store_schedule(schedule: Schedule) -> list[Change]:
    """Replace a venue's days in the schedule's ranges; what changed."""
    with transaction.atomic():
        venue = store_venue(schedule.venue)
        covered = Q()
        for first, last in schedule.ranges:
            covered |= Q(date__range=(first, last))
        before = {session.date: session for session in venue.sessions.filter(covered)}
        after = {day.date: _row(venue, schedule.venue, day) for day in schedule.days}
        changes = _changes(venue.mic, before, after)
        _replace(changes)
        _store_stretches(venue, schedule.ranges)
    return changes


def store_venue(row: VenueRow) -> Venue:
    """The venue as the table of venues tells it."""
    place = venue_rows().index(row) + 1
    told = {"time_zone": row.zone, "place": place, "preopen_minutes": row.preopen, "preclose_minutes": row.preclose}
    told |= {name: getattr(row, name) for name in VENUE_FIELDS if name not in told}
    venue, _ = Venue.objects.update_or_create(market_id=row.market_id, defaults=told)
    return venue


def _row(venue: Venue, row: VenueRow, day: Day) -> TradingSession:
    stored = TradingSession(
        venue=venue, date=day.date, kind=day.kind.value, name=day.name, is_projected=day.is_projected
    )
    if day.hours:
        session = session_of(day.date, day.hours, row.time_zone)
        for name in INSTANTS:
            setattr(stored, name, getattr(session, name))
    return stored


def _changes(mic: str, before: dict[date, TradingSession], after: dict[date, TradingSession]) -> list[Change]:
    days = sorted(before.keys() | after.keys())
    found = (Change(mic, day, before.get(day), after.get(day)) for day in days)
    return [change for change in found if _told(change.before) != _told(change.after)]


def _told(row: TradingSession | None) -> tuple[object, ...] | None:
    return None if row is None else tuple(getattr(row, name) for name in (*INSTANTS, "kind", "name", "is_projected"))


def _replace(changes: Sequence[Change]) -> None:
    gone = [change.before.pk for change in changes if change.before]
    for start in range(0, len(gone), BATCH):
        TradingSession.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    _insert([change.after for change in changes if change.after])


def _insert(rows: Sequence[TradingSession]) -> None:
    """One prepared statement for all rows: half the time of bulk_create, for fifty thousand of them."""
    fields = [field for field in TradingSession._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(TradingSession._meta.db_table)
    # Only names of our own model are put into the text; every value is a parameter.
    statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608
    prepared = [[field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, prepared)


def _store_stretches(venue: Venue, ranges: Sequence[tuple[date, date]]) -> None:
    """Join the new ranges with the known stretches that they overlap or touch."""
    known = list(venue.stretches.values_list("first", "last"))
    venue.stretches.all().delete()
    KnownStretch.objects.bulk_create(
        KnownStretch(venue=venue, first=first, last=last) for first, last in joined([*known, *ranges])
    )


def joined(stretches: Iterable[tuple[date, date]]) -> list[tuple[date, date]]:
    """The same days in as few stretches as possible, in order."""
    result: list[tuple[date, date]] = []
    for first, last in sorted(stretches):
        if result and first.toordinal() <= result[-1][1].toordinal() + 1:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result
