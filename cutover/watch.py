"""Takes a feature back to REST by itself when its error budget is spent, and holds it there; without data it only says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
import structlog

from cutover.budget import LOOK_PATIENCE, Sighting, Storm, spent
from cutover.figures import Figures
from cutover.judging import evidence_of, is_unwatched, shown
from cutover.models import Mismatch, SessionEvidence, StageMove, StageRecord
from cutover.plans import Plan
from cutover.services import LONGEST_REASON, Decision, rollback
from cutover.stages import IllegalMove, VersionMovedOn
from jobs.completions import last_completed_by_feature
from jobs.tempo import scaled

log = structlog.get_logger(__name__)
WATCH = "watch"
COOLDOWN = timedelta(minutes=30)
SHORTEST_COOLDOWN = timedelta(seconds=5)


class Vigil:
    """For how long this process has watched without a break, and of which features it cannot tell (wall time)."""

    def __init__(self) -> None:
        self.since: datetime | None = None
        self.last: datetime | None = None
        self.blind: frozenset[str] = frozenset()

    def look(self, now: datetime) -> datetime:
        """Since when; a pause of more than a few looks begins it anew."""
        if self.since is None or self.last is None or now - self.last > LOOK_PATIENCE:
            self.since = now
        self.last = now
        return self.since

    def say(self, blind: Iterable[str]) -> None:
        """Log what has changed: which features nobody looks at, and which are seen again."""
        found = frozenset(blind)
        for feature in sorted(found - self.blind):
            log.warning("watch.blind", feature=feature, patience_seconds=LOOK_PATIENCE.total_seconds())
        for feature in sorted(self.blind - found):
            log.info("watch.sees", feature=feature)
        self.blind = found


_vigil = Vigil()


def watch(now: datetime, storm: Storm | None = None) -> list[StageMove]:
    """Look at every feature whose pushed data is shown, `now` on the wall; the moves back that had to be made."""
    since, runs = _vigil.look(now), last_completed_by_feature()
    watched = shown()
    _vigil.say(plan.feature for plan, record in watched if is_unwatched(plan, record, now))
    moves = [
        _judged(_sighting(plan, record, now, since, runs.get(plan.feature), storm), record) for plan, record in watched
    ]
    return [move for move in moves if move is not None]


def _judged(sighting: Sighting, record: StageRecord) -> StageMove | None:
    why = spent(sighting)
    if not why:
        return None
    try:
        return _take_back(record, Decision(WATCH, why[:LONGEST_REASON], sighting.now))
    except (VersionMovedOn, IllegalMove):
        return None  # somebody moved it meanwhile: the next look judges that


def _take_back(record: StageRecord, decision: Decision) -> StageMove:
    held_for = max(scaled(COOLDOWN), SHORTEST_COOLDOWN)
    move = rollback(record.feature, decision, held_for, record.version)
    log.warning(
        "watch.rolled_back", feature=record.feature, reason=decision.reason, held_seconds=held_for.total_seconds()
    )
    return move


def _sighting(  # noqa: PLR0913, PLR0917 - what the look brought
    plan: Plan, record: StageRecord, now: datetime, since: datetime, last_run: datetime | None, storm: Storm | None
) -> Sighting:
    figures = _figures_of_late(record, now)
    fields = _differing(record) if figures.mismatches else []
    return Sighting(
        plan=plan, now=now, watched_since=since, last_run=last_run, figures=figures, fields=fields, storm=storm
    )


def _figures_of_late(record: StageRecord, now: datetime) -> Figures:
    """Of this stay, and only where somebody looked of late: what is old was judged when it was new."""
    rows: Iterable[SessionEvidence] = evidence_of(record).filter(looked_at__gte=now - LOOK_PATIENCE)
    return sum((msgspec.convert(row.figures, Figures) for row in rows), Figures())


def _differing(record: StageRecord) -> list[str]:
    """The fields of the newest difference that no rule lets pass."""
    newest = Mismatch.objects.filter(feature=record.feature, rule="", source="probe").order_by("-at", "-pk").first()
    return [f"{one['field']}" for one in newest.fields] if newest else []
