"""Everything that the operators' console shows, read from what is stored, and its way out to those who look at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from cutover import sessions
from cutover.answers import answers_at
from cutover.figures import Figures, lag_within_ms
from cutover.gate import Line
from cutover.judging import sign_offs_of
from cutover.models import BrowserSample, Mismatch, ServerProcess, SessionEvidence, StageMove, StageRecord
from cutover.observation import observe
from cutover.parity import Outcome
from cutover.plans import plan_of, plans
from cutover.processes import Difference, differing, living
from cutover.serializers import (
    ConsoleCaller,
    ConsoleFeature,
    ConsoleField,
    ConsoleLine,
    ConsoleMismatch,
    ConsoleMove,
    ConsolePayload,
    ConsoleProcess,
    ConsoleSession,
    ConsoleSquare,
    HistoryRow,
    MismatchDetail,
)
from cutover.status import FeatureStatus, Report
from cutover.use import callers_of
from realtime import history
from realtime.contract import encode
from realtime.features import Key, Reading
from realtime.publisher import publish

PROBE = "probe"
NEWEST_MISMATCHES, NEWEST_MOVES = 10, 12
CALLED_LATELY = timedelta(days=7)


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
        problems=list(dict.fromkeys([*report.problems, *map(str, differences)])),
        mismatches_open=Mismatch.objects.filter(source=PROBE, rule="").count(),
        mismatches_ignored=Mismatch.objects.filter(source=PROBE).exclude(rule="").count(),
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
    return [_feature(row, processes, report.at) for row in report.features]


def _feature(row: FeatureStatus, processes: Sequence[ServerProcess], now: datetime) -> ConsoleFeature:
    plan, sampled = plan_of(row.feature), samples_of(row.feature)
    callers = callers_of(row.feature, (now - CALLED_LATELY).date())
    return ConsoleFeature(
        feature=row.feature,
        stage=row.stage,
        percent=row.percent,
        cohort=row.cohort,
        source=row.decided_by,
        flag=row.flag,
        flag_value=row.flag_value,
        version=row.version,
        changed_at=row.changed_at,
        by=row.by,
        reason=row.reason,
        held_until=row.held_until,
        sunset_at=row.sunset_at,
        shows=row.shows,
        rest=plan.rest,
        every=plan.every,
        rest_timer=row.rest_timer,
        last_completed_run=row.last_completed_run,
        is_fresh=row.is_fresh,
        squares=[ConsoleSquare(one.date, one.verdict, one.why) for one in row.squares],
        lines=lines_of(row.lines),
        ready=row.ready,
        next_stage=row.next_stage,
        missing=[*row.faults, *row.missing],
        sign_offs=signed_off_by(row.feature),
        members=sum(process.members.get(row.feature, 0) for process in processes),
        lag_ms=lag_of(row.feature),
        frames=row.published,
        samples=sum(sampled.values()),
        sample_mismatches=sampled[Outcome.MISMATCH],
        callers=[ConsoleCaller(one.username, one.agent, one.credential, one.calls, one.last_at) for one in callers],
    )


def lines_of(lines: Iterable[Line]) -> list[ConsoleLine]:
    return [ConsoleLine(line.name, line.verdict, line.figure, line.missing) for line in lines]


def samples_of(feature: str) -> Counter[str]:
    """By outcome, what browsers' comparisons said so far."""
    rows = BrowserSample.objects.filter(feature=feature).values_list("outcome").annotate(times=Sum("times"))
    return Counter(dict(rows))


def lag_of(feature: str) -> int | None:
    """In ms, within which 99 of 100 messages came in the newest session; None where none came, or beyond all bounds."""
    newest = SessionEvidence.objects.filter(feature=feature).order_by("-opens_at", "-pk").first()
    return lag_within_ms(msgspec.convert(newest.figures, Figures), 0.99) if newest else None


def signed_off_by(feature: str) -> list[str]:
    """Who signed this stay in the stage off, in order."""
    record = StageRecord.objects.filter(feature=feature).first()
    return list(sign_offs_of(record).order_by("id").values_list("by", flat=True)) if record else []


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


def mismatch_detail(row: Mismatch) -> MismatchDetail:
    return MismatchDetail(**msgspec.structs.asdict(mismatch_row(row)), rest=row.rest, socket=row.socket)


def history_row(move: StageMove) -> HistoryRow:
    return HistoryRow(**msgspec.structs.asdict(move_row(move)), evidence=move.evidence)


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


def tell(now: datetime) -> None:
    """Publish the console as it is at `now`, where it differs from what was told last by more than the time."""
    tell_anew("console", Reading(console_at(now), now))


def tell_answers(now: datetime) -> None:
    """The same of who has answered: for what no process counts, such as the end of another."""
    tell_anew("answers", Reading(answers_at(now), now))


def tell_anew(topic: str, reading: Reading) -> None:
    if _timeless(msgspec.json.decode(encode(reading.payload))) != _told(topic):
        with transaction.atomic():
            publish(topic, [{"reading": reading}])


def _told(topic: str) -> dict[str, Any] | None:
    """What was published last, but for its time."""
    newest = history.since(topic, 0)
    return _timeless(msgspec.json.decode(newest[-1].text)["data"]) if newest else None


def _timeless(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "at"}
