"""Cases for the gate: sessions of a feature that was seen, clean by default."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from cutover.figures import Figures
from cutover.gate import Case, SessionSeen
from cutover.plans import Needs, Plan
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
