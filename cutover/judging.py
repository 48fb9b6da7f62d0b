"""Brings before the gate, and the watch, what is known of a feature: its record, its evidence, its canary, its callers."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from operator import attrgetter

import msgspec
from django.db.models import QuerySet

from cutover import sessions
from cutover.budget import LOOK_PATIENCE
from cutover.figures import Figures
from cutover.gate import Case, Judgement, SessionSeen, judge
from cutover.models import SessionEvidence, SignOff, StageRecord
from cutover.models.use import Caller, RestUse
from cutover.plans import Plan, plan_of, plans
from cutover.provenance import provenance
from cutover.selectors import Crowd, is_pinned, members_of
from cutover.stages import BACK, FORWARD, Stage

NEWEST = 30
"""So many sessions are looked at, and shown as squares."""


def judgement_of(feature: str, now: datetime, to: Stage | None = None) -> Judgement:
    """What the gate says of the step to `to`, by default the next one, at `now` on the wall. UnknownFeature without a plan."""
    return judge(case_of(plan_of(feature), now, to))


def case_of(plan: Plan, now: datetime, to: Stage | None = None) -> Case:
    record = StageRecord.objects.filter(feature=plan.feature).first() or StageRecord(feature=plan.feature)
    stage, calendar = Stage(record.stage), sessions.current()
    market = calendar.market_time(now)
    coming = calendar.coming(plan.calendar, market)
    crowd = members_of(plan.feature, record.percent, record.cohort) if stage is Stage.CANARY else Crowd(0, 0, None)
    return Case(
        plan=plan,
        stage=stage,
        target=to or FORWARD.get(stage),
        now=market,
        percent=record.percent,
        sessions=seen_in_stay(plan, record, market),
        coming=coming.opens_at if coming else None,
        sign_offs=sign_offs_of(record).count(),
        last_program_call_at=last_program_call(plan.feature),
        members=crowd.members,
        users=crowd.users,
        first_share=crowd.first_share,
        shadow=last_in_shadow(plan.feature),
    )


def seen_in_stay(plan: Plan, record: StageRecord, market: datetime) -> list[SessionSeen]:
    """The newest sessions of this stay and provenance, oldest first; those between that nobody saw are there, empty."""
    rows = {row.session: row for row in evidence_of(record).order_by("-opens_at")[:NEWEST]}
    if not rows:
        return []
    first = min(row.opens_at for row in rows.values())
    missed = [
        SessionSeen(one.date, one.opens_at, one.closes_at, Figures(), one.closes_at <= market)
        for one in sessions.current().between(plan.calendar, first, market)
        if one.date not in rows
    ]
    return sorted([*map(partial(_seen, market), rows.values()), *missed], key=attrgetter("opens_at"))[-NEWEST:]


def evidence_of(record: StageRecord) -> QuerySet[SessionEvidence]:
    """What was gathered in this stay of the record in its stage, of this release, broker and feed."""
    ours = provenance()
    return SessionEvidence.objects.filter(
        feature=record.feature,
        entered_version=record.entered_version,
        release=ours.release,
        broker=ours.broker,
        feed=ours.feed,
    )


def _seen(market: datetime, row: SessionEvidence) -> SessionSeen:
    figures = msgspec.convert(row.figures, Figures)
    return SessionSeen(row.session, row.opens_at, row.closes_at, figures, row.closes_at <= market)


def sign_offs_of(record: StageRecord) -> QuerySet[SignOff]:
    """Those that hold for this stay."""
    return SignOff.objects.filter(feature=record.feature, entered_version=record.entered_version)


def last_program_call(feature: str) -> datetime | None:
    """When a program last called the feature's REST path (market time)."""
    newest = RestUse.objects.filter(feature=feature, caller=Caller.PROGRAM).order_by("-last_at").first()
    return newest.last_at if newest else None


def last_in_shadow(feature: str) -> Figures | None:
    row = SessionEvidence.objects.filter(feature=feature, stage=Stage.SHADOW).order_by("-opens_at", "-pk").first()
    return msgspec.convert(row.figures, Figures) if row else None


def shown() -> list[tuple[Plan, StageRecord]]:
    """The features in canary and beyond that nothing pins."""
    records = StageRecord.objects.filter(stage__in=list(BACK)).in_bulk(field_name="feature")
    pairs = [(plan, records[plan.feature]) for plan in plans() if plan.feature in records]
    return [(plan, record) for plan, record in pairs if not is_pinned(plan, record)]


def is_unwatched(plan: Plan, record: StageRecord, now: datetime) -> bool:
    """Whether nobody has looked at a shown feature of late, in market hours: then nothing can be told of it."""
    calendar = sessions.current()
    if calendar.running(plan.calendar, calendar.market_time(now)) is None:
        return False
    newest = evidence_of(record).order_by("-looked_at").values_list("looked_at", flat=True).first()
    since = max(filter(None, (newest, record.entered_at)), default=None)
    return since is None or now - since > LOOK_PATIENCE
