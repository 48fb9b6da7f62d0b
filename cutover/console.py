"""Everything that the operators' console shows, read from what is stored, and its way out to those who look at it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from cutover import sessions
from cutover.models import Mismatch, ServerProcess, SignOff, StageMove, StageRecord
from cutover.observation import observe
from cutover.plans import plan_of, plans
from cutover.processes import Difference, differing, living
from cutover.serializers import (
    ConsoleFeature,
    ConsolePayload,
    ConsoleProcess,
    ConsoleSession,
    ConsoleField,
    ConsoleMismatch,
    ConsoleMove,
)
from cutover.stages import FORWARD, Stage
from cutover.status import FeatureStatus, Report
from realtime.features import Key, Reading

NEWEST_MISMATCHES, NEWEST_MOVES = 10, 12


def console_at(now: datetime) -> ConsolePayload:
    """As it is stored, at `now` on the wall."""
    report, processes = observe(now), living(now)
    differences = differing(processes)
    return ConsolePayload(
        at=now,
        overall=report.overall,
        dashboards=sum(process.dashboards for process in processes),
        session=session_at(now),
        features=_features(report, processes),
        processes=[process_row(process, differences) for process in processes],
        problems=[*report.problems, *(str(difference) for difference in differences)],
        mismatches_open=Mismatch.objects.filter(rule="").count(),
        mismatches_ignored=Mismatch.objects.exclude(rule="").count(),
        mismatches=[mismatch_row(row) for row in Mismatch.objects.order_by("-id")[:NEWEST_MISMATCHES]],
        moves=[move_row(move) for move in StageMove.objects.order_by("-id")[:NEWEST_MOVES]],
    )


def session_at(now: datetime) -> ConsoleSession | None:
    """The running session of the first plan's calendar, else the next one; None where the schedule does not tell."""
    calendar = next((plan.calendar for plan in plans()), "")
    port = sessions.current()
    at = port.market_time(now)
    running = port.running(calendar, at)
    found = running or port.coming(calendar, at)
    if found is None:
        return None
    return ConsoleSession(found.calendar, found.date, found.opens_at, found.closes_at, running is not None)


def _features(report: Report, processes: Sequence[ServerProcess]) -> list[ConsoleFeature]:
    records = StageRecord.objects.in_bulk([row.feature for row in report.features], field_name="feature")
    return [
        _feature(row, records.get(row.feature) or StageRecord(feature=row.feature), processes)
        for row in report.features
    ]


def _feature(row: FeatureStatus, record: StageRecord, processes: Sequence[ServerProcess]) -> ConsoleFeature:
    plan = plan_of(row.feature)
    return ConsoleFeature(
        feature=row.feature,
        stage=row.stage,
        percent=row.percent,
        cohort=record.cohort,
        source=row.decided_by,
        flag=row.flag,
        flag_value=row.flag_value,
        version=row.version,
        changed_at=row.changed_at,
        by=record.by,
        reason=record.reason,
        held_until=record.held_until,
        sunset_at=record.sunset_at,
        shows=row.shows,
        rest=plan.rest,
        every=plan.every,
        rest_timer=row.rest_timer,
        last_completed_run=row.last_completed_run,
        is_fresh=row.is_fresh,
        squares=[],
        lines=[],
        ready=False,
        next_stage=FORWARD.get(Stage(row.stage), ""),
        missing=row.missing,
        sign_offs=signed_off_by(record),
        members=sum(process.members.get(row.feature, 0) for process in processes),
        lag_ms=None,
        frames=row.published,
        samples=0,
        sample_mismatches=0,
        callers=[],
    )


def signed_off_by(record: StageRecord) -> list[str]:
    """Who signed this stay in the stage off, in order."""
    given = SignOff.objects.filter(feature=record.feature, entered_version=record.entered_version)
    return list(given.order_by("id").values_list("by", flat=True))


def process_row(process: ServerProcess, differences: Sequence[Difference]) -> ConsoleProcess:
    odd = [difference.flag for difference in differences if difference.is_odd(process.name)]
    return ConsoleProcess(
        process.name, process.kind, process.release, process.seen_at, process.dashboards, ", ".join(odd)
    )


def mismatch_row(row: Mismatch) -> ConsoleMismatch:
    return ConsoleMismatch(
        id=row.pk,
        feature=row.feature,
        at=row.at,
        session=row.session,
        outcome=row.outcome,
        source=row.source,
        user=row.user,
        topic=row.topic,
        cursor=row.cursor,
        rule=row.rule,
        times=row.times,
        release=row.release,
        fields=[ConsoleField(**one) for one in row.fields],
    )


def move_row(move: StageMove) -> ConsoleMove:
    return ConsoleMove(
        feature=move.feature,
        version=move.version,
        at=move.at,
        by=move.by,
        from_stage=move.from_stage,
        to_stage=move.to_stage,
        percent=move.percent,
        cohort=move.cohort,
        reason=move.reason,
        forced=move.forced,
    )


def read_console(keys: Sequence[Key]) -> list[Reading | None]:
    """What a key brings with it, else read anew: so whoever publishes it reads before his transaction begins."""
    now = timezone.now()
    return [key.get("reading") or Reading(console_at(now), now) for key in keys]
