"""Writes what the probe saw: figures of a session, added to what is there, and each difference, the newest of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max

from cutover.figures import Figures
from cutover.models import Mismatch, SessionEvidence, StageRecord
from cutover.parity import Difference, Outcome
from cutover.plans import plans
from cutover.provenance import Provenance, provenance
from cutover.selectors import is_pinned
from cutover.sessions import Session
from cutover.stages import Stage
from realtime.contract import encode

PROBE = "probe"
MOST_KEPT = 500
"""Differences of one feature; the oldest are forgotten."""
LONGEST_TEXT = 100_000
"""Characters of a payload that are kept."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A feature's stay in a stage: evidence of one is none of another."""

    feature: str
    stage: str
    entered_version: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A difference that was found (`outcome` is none of MATCH): both payloads as they came (JSON text), "" where there is none."""

    feature: str
    topic: str
    cursor: str
    outcome: Outcome
    rest: str
    socket: str
    fields: Sequence[Difference] = ()
    rule: str = ""
    session: date | None = None


def stays() -> dict[str, Stay]:
    """Where each planned feature stands; those that are off, of which nothing is gathered, are absent."""
    records = StageRecord.objects.in_bulk([plan.feature for plan in plans()], field_name="feature")
    found = {}
    for plan in plans():
        record = records.get(plan.feature) or StageRecord(feature=plan.feature)
        stage = Stage.SHADOW if is_pinned(plan, record) else Stage(record.stage)
        if stage is not Stage.OFF:
            found[plan.feature] = Stay(plan.feature, stage.value, record.entered_version)
    return found


def add(  # noqa: PLR0913 - a row of the table, and what it is of
    feature: str,
    session: Session,
    figures: Figures,
    now: datetime,
    stay: Stay | None = None,
    *,
    since: datetime | None = None,
) -> None:
    """Add figures to a session's, seen from `since` until `now` (wall time) in this stay, by default the present one.

    Where another probe has looked since, the same time is not covered twice.
    """
    stay = stay or stays().get(feature)
    if stay is None:
        return
    with transaction.atomic():
        row = _locked(stay, session, now, provenance())
        if row.figures and since is not None and row.looked_at > since:
            figures = msgspec.structs.replace(figures, covered_ms=0)
        together = msgspec.convert(row.figures, Figures) + figures
        row.figures = msgspec.to_builtins(together)
        row.looked_at = max(row.looked_at, now)
        row.save(update_fields=["figures", "looked_at"])


def _locked(stay: Stay, session: Session, now: datetime, ours: Provenance) -> SessionEvidence:
    row, _ = SessionEvidence.objects.select_for_update().get_or_create(
        feature=stay.feature,
        calendar=session.calendar,
        session=session.date,
        entered_version=stay.entered_version,
        release=ours.release,
        broker=ours.broker,
        feed=ours.feed,
        defaults={
            "opens_at": session.opens_at,
            "closes_at": session.closes_at,
            "stage": stay.stage,
            "looked_at": now,
        },
    )
    return row


def last_look(feature: str | None = None) -> datetime | None:
    """When the probe last looked (wall time): at this feature, or at any."""
    rows = SessionEvidence.objects.all() if feature is None else SessionEvidence.objects.filter(feature=feature)
    newest: datetime | None = rows.aggregate(newest=Max("looked_at"))["newest"]
    return newest


def record_mismatch(seen: Seen, now: datetime) -> None:
    """Keep a difference; the same one again is counted. The oldest give way."""
    fields = [{"field": one.field, "rest": _builtin(one.rest), "socket": _builtin(one.socket)} for one in seen.fields]
    told = msgspec.json.encode([seen.topic, seen.cursor, seen.outcome, seen.rule, fields])
    with transaction.atomic():
        row, is_new = Mismatch.objects.get_or_create(
            feature=seen.feature,
            source=PROBE,
            digest=hashlib.sha256(told).hexdigest(),
            defaults={
                "at": now,
                "session": seen.session,
                "outcome": seen.outcome.value,
                "topic": seen.topic,
                "cursor": seen.cursor,
                "rule": seen.rule[:80],
                "fields": fields,
                "rest": seen.rest[:LONGEST_TEXT],
                "socket": seen.socket[:LONGEST_TEXT],
                "release": settings.VERSION,
            },
        )
        if is_new:
            _forget_old(seen.feature)
        else:
            Mismatch.objects.filter(pk=row.pk).update(times=F("times") + 1, at=now)


def record_mismatches(found: Iterable[Seen], now: datetime) -> None:
    for seen in found:
        record_mismatch(seen, now)


def _builtin(value: object) -> object:
    return msgspec.json.decode(encode(value))


def _forget_old(feature: str) -> None:
    rows = Mismatch.objects.filter(feature=feature, source=PROBE).order_by("-pk")
    beyond = list(rows.values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 1])
    if beyond:
        rows.filter(pk__lte=beyond[0]).delete()
