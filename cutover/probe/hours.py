"""Where moments of market time count: asked of the calendar once for each session, and each pause between two."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from cutover.probe.tally import Place
from cutover.sessions import Calendar

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Hours:
    """For one look: what the schedule says may change meanwhile."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._known: defaultdict[str, list[tuple[datetime, datetime, Place]]] = defaultdict(list)

    def place(self, calendar: str, at: datetime) -> Place:
        """The session that is open at `at`, else the last that closed."""
        for start, end, place in self._known[calendar]:
            if start <= at < end:
                return place
        found = self._asked(calendar, at)
        self._known[calendar].append(found)
        return found[2]

    def covered_ms(self, calendar: str, since: datetime, until: datetime) -> list[tuple[Place, int]]:
        """How many milliseconds of each session lie within a stretch."""
        if since >= until:
            return []
        return [
            (Place(one, True), round((min(until, one.closes_at) - max(since, one.opens_at)).total_seconds() * 1000))
            for one in self._calendar.between(calendar, since, until)
        ]

    def _asked(self, calendar: str, at: datetime) -> tuple[datetime, datetime, Place]:
        running = self._calendar.running(calendar, at)
        if running is not None:
            return running.opens_at, running.closes_at, Place(running, True)
        last, coming = self._calendar.last(calendar, at), self._calendar.coming(calendar, at)
        start = FIRST if last is None else last.closes_at
        return start, LAST if coming is None else coming.opens_at, Place(last, False)
