"""Who calls a feature's REST path: counted by day, the first call of a caller at once, more of them a second later."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import structlog
from django.db import Error, IntegrityError, transaction
from django.db.models import F

from cutover import sessions
from cutover.models.use import Caller, RestUse

log = structlog.get_logger(__name__)

CLIENT_HEADER = "X-Thor-Client"
DASHBOARD = "dashboard"
READS = {"timer": Caller.TIMER, "fallback": Caller.FALLBACK, "history": Caller.READING, "first": Caller.READING}
MOST_KEYS = 10_000
MOST_AGENTS = 20
"""Of one user in a day; whoever calls himself by more names is counted under OTHERS."""
OTHERS = "(others)"
KEPT_FOR = timedelta(days=90)
LONGEST_AGENT, LONGEST_CREDENTIAL = 120, 40
SESSION = "session"


@dataclass(frozen=True, slots=True)
class Call:
    """Whose client called which feature's path on which day (market time)."""

    feature: str
    day: date
    caller: Caller
    user_id: int
    username: str
    credential: str
    agent: str


@dataclass(slots=True)
class Waiting:
    """How often it called since it was last written, first and last when (market time)."""

    first_at: datetime
    last_at: datetime
    calls: int = 0


def caller_of(header: str, is_probe: bool, credential: str) -> Caller:
    """By what the client says of itself; only a session can be a dashboard's, and only the probe is the probe (pure)."""
    if is_probe:
        return Caller.PROBE
    name, _, rest = header.partition(";")
    if name.strip() != DASHBOARD or credential != SESSION:
        return Caller.PROGRAM
    said = rest.strip().removeprefix("reads=")
    return READS.get(said, Caller.READING)


class Uses:
    """This process's counts. Requests are answered by many threads at once."""

    def __init__(self) -> None:
        self._known: set[Call] = set()
        self._agents: dict[Call, set[str]] = {}
        self._waiting: dict[Call, Waiting] = {}
        self._since = 0.0
        self._lock = threading.Lock()

    def note(self, call: Call, at: datetime, now: float) -> bool:
        """Count it, at market time; whether it should be written now: a new caller, or the last writing is a second ago."""
        with self._lock:
            call = self._bounded(call)
            waiting = self._waiting.setdefault(call, Waiting(at, at))
            waiting.calls, waiting.last_at = waiting.calls + 1, at
            is_new = call not in self._known
            if len(self._known) > MOST_KEYS:
                self._known.clear()
            self._known.add(call)
            return is_new or now - self._since >= 1.0

    def _bounded(self, call: Call) -> Call:
        if len(self._agents) > MOST_KEYS:
            self._agents.clear()
        agents = self._agents.setdefault(replace(call, agent=""), set())
        if call.agent not in agents and len(agents) >= MOST_AGENTS:
            return replace(call, agent=OTHERS)
        agents.add(call.agent)
        return call

    def take(self, now: float) -> dict[Call, Waiting]:
        """What waits to be written; from now on it does not."""
        with self._lock:
            taken, self._waiting, self._since = self._waiting, {}, now
            return taken

    def give_back(self, taken: dict[Call, Waiting]) -> None:
        """It could not be written: it goes on waiting, as far as there is room."""
        with self._lock:
            for call, earlier in taken.items():
                if call not in self._waiting and len(self._waiting) >= MOST_KEYS:
                    continue
                later = self._waiting.setdefault(call, Waiting(earlier.first_at, earlier.last_at))
                later.first_at, later.calls = earlier.first_at, later.calls + earlier.calls

    @property
    def are_waiting(self) -> bool:
        return bool(self._waiting)


uses = Uses()


def note(call: Call, at: datetime, now: float) -> None:
    """Count a call at market time `at`; `now` is of a clock that does not go back. It never raises."""
    if uses.note(call, at, now):
        flush(now)


def is_waiting() -> bool:
    """Whether calls were counted that are not written yet."""
    return uses.are_waiting


def flush(now: float) -> None:
    """Write what was counted; while the database is away, it waits."""
    taken = uses.take(now)
    try:
        with transaction.atomic():
            for call, waiting in taken.items():
                _add(call, waiting)
    except Error as fault:
        log.warning("use_not_written", fault=str(fault).strip())
        uses.give_back(taken)


def _add(call: Call, waiting: Waiting) -> None:
    key = {name: getattr(call, name) for name in _KEY}
    if _raised(key, waiting):
        return
    try:
        with transaction.atomic():
            RestUse.objects.create(
                **key,
                username=call.username,
                calls=waiting.calls,
                first_at=waiting.first_at,
                last_at=waiting.last_at,
            )
    except IntegrityError:  # another process was faster
        _raised(key, waiting)


_KEY = ("feature", "day", "caller", "user_id", "credential", "agent")


def _raised(key: dict[str, object], waiting: Waiting) -> bool:
    return bool(RestUse.objects.filter(**key).update(calls=F("calls") + waiting.calls, last_at=waiting.last_at))


def market_time(now: datetime) -> datetime:
    return sessions.current().market_time(now)


def callers_of(feature: str, since: date, most: int = 5) -> Iterator[RestUse]:
    """The programs that called since that day, the latest first."""
    rows = RestUse.objects.filter(feature=feature, caller=Caller.PROGRAM, day__gte=since)
    yield from rows.order_by("-last_at")[:most]


def forget_old(now: datetime) -> int:
    """Take away what is older than KEPT_FOR; how many rows there were."""
    return RestUse.objects.filter(day__lt=(market_time(now) - KEPT_FOR).date()).delete()[0]
