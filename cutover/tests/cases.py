"""Cases for the gate: a calendar, and sessions in which a feature was seen, clean by default."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from cutover.figures import Figures
from cutover.gate import Case, SessionSeen
from cutover.models import Mismatch, SessionEvidence
from cutover.plans import Needs, Plan
from cutover.provenance import provenance
from cutover.sessions import Session
from cutover.stages import Stage

MONDAY = date(2026, 11, 16)
OPENS, CLOSES = time(14, 30, tzinfo=UTC), time(21, 0, tzinfo=UTC)
WHOLE = 23_400_000
CLEAN = Figures(
    covered_ms=WHOLE,
    looks=4_680,
    frames=2_340,
    states=tuple(f"state {n}" for n in range(20)),
    matches=2_000,
    noise_checks=2_000,
    intervals=2_339,
    interval_ms=23_390_000,
    lags=(0, 0, 0, 2_340, *[0] * 10),
    rss_bytes=100 * 2**20,
    cpu_ms=600,
    client_ms=60_000,
)
PLAN = Plan("bonds", "WS_FEATURE_BONDS", "/api/bonds/", "XNYS", 10)


def make_figures(**differing) -> Figures:
    return msgspec.structs.replace(CLEAN, **differing)


def make_session(day: int = 0, *, is_over: bool = True, **differing) -> SessionSeen:
    """The session so many days after Monday."""
    at = MONDAY + timedelta(days=day)
    opens, closes = datetime.combine(at, OPENS), datetime.combine(at, CLOSES)
    return SessionSeen(at, opens, closes, make_figures(**differing), is_over)


def make_case(*sessions: SessionSeen, **differing) -> Case:
    """In shadow, on the way to a canary."""
    fields = {
        "plan": PLAN,
        "stage": Stage.SHADOW,
        "target": Stage.CANARY,
        "now": datetime(2026, 11, 20, 22, tzinfo=UTC),
        "sessions": sessions,
        "coming": datetime(2026, 11, 23, 14, 30, tzinfo=UTC),
    }
    return Case(**(fields | differing))


def make_rehearsal(**needs) -> Plan:
    return Plan("bonds", "WS_FEATURE_BONDS", "/api/bonds/", "XNYS", 10, needs=Needs(**needs))


class Weekdays:
    """A calendar of sessions from Monday to Friday, whose market has the wall's time."""

    def market_time(self, now: datetime) -> datetime:
        return now

    def running(self, calendar: str, at: datetime) -> Session | None:
        return next((one for one in self.between(calendar, at, at) if one.opens_at <= at), None)

    def last(self, calendar: str, at: datetime) -> Session | None:
        ended = [one for one in self.between(calendar, at - timedelta(days=7), at) if one.closes_at <= at]
        return ended[-1] if ended else None

    def coming(self, calendar: str, at: datetime) -> Session | None:
        return next(one for one in self.between(calendar, at, at + timedelta(days=7)) if one.opens_at > at)

    def between(self, calendar: str, since: datetime, until: datetime) -> list[Session]:
        days = [since.date() + timedelta(days=n) for n in range((until - since).days + 2)]
        found = [session_of(calendar, day) for day in days if day.isoweekday() <= 5]
        return [one for one in found if one.opens_at <= until and one.closes_at > since]


def session_of(calendar: str, day: date) -> Session:
    return Session(calendar, day, datetime.combine(day, OPENS), datetime.combine(day, CLOSES))


def make_evidence(day: int = 0, entered_version: int = 0, stage: Stage = Stage.SHADOW, **differing) -> SessionEvidence:
    """What the probe kept of `bonds` in the session so many days after Monday; clean by default."""
    session = session_of("XNYS", MONDAY + timedelta(days=day))
    ours = provenance()
    return SessionEvidence.objects.create(
        feature="bonds",
        calendar="XNYS",
        session=session.date,
        opens_at=session.opens_at,
        closes_at=session.closes_at,
        stage=stage,
        entered_version=entered_version,
        release=ours.release,
        broker=ours.broker,
        feed=ours.feed,
        looked_at=session.closes_at,
        figures=msgspec.to_builtins(make_figures(**differing)),
    )


def make_mismatch(**differing) -> Mismatch:
    """A difference in `bonds` that the probe found."""
    fields = {
        "feature": "bonds",
        "at": datetime(2026, 11, 20, 12, tzinfo=UTC),
        "outcome": "mismatch",
        "source": "probe",
        "topic": "bonds.x",
        "cursor": "e:7",
        "rest": '{"isin":"a"}',
        "socket": '{"isin":"b"}',
        "digest": "d",
        "release": "1",
    }
    return Mismatch.objects.create(**(fields | differing))
