"""What browsers held of one cursor from both transports: compared here, counted apart from the probe's evidence."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F

from cutover import sessions
from cutover.models import BrowserSample, Mismatch
from cutover.parity import Comparison, Outcome, compare, decoded
from cutover.plans import Plan, plans
from cutover.serializers import SamplesAnswer
from identity.limits import Buckets
from realtime.contract import BadCursor, Cursor, encode
from realtime.features import Delivery, match

BROWSER = "browser"
MOST_SAMPLES, MOST_CHARACTERS = 20, 32_768
A_MINUTE = 12
"""Requests of one user, to one process."""
MOST_KEPT = 100
"""Differences of one feature; the oldest are forgotten."""
KEPT_AS_DIFFERENT = frozenset({Outcome.MISMATCH, Outcome.IGNORED})


class UnusableSamples(Exception):
    """The body is no list of samples; the message says what is wrong."""


class NotYours(Exception):
    """A sample's topic is not there, or not this user's to read."""


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both payloads of one topic at one cursor, as they came."""

    topic: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    cursor: Annotated[str, msgspec.Meta(max_length=40)]
    rest: msgspec.Raw
    socket: msgspec.Raw


class Samples(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    samples: Annotated[list[Sample], msgspec.Meta(min_length=1, max_length=MOST_SAMPLES)]


@dataclass(frozen=True, slots=True)
class Compared:
    plan: Plan
    sample: Sample
    comparison: Comparison


_limit = Buckets(A_MINUTE)


def wait_of(user_id: str) -> float:
    """0, or in how many seconds this user may send samples again."""
    return _limit.take(user_id, time.monotonic())


def parse(body: bytes) -> Sequence[Sample]:
    """The samples of a request, or UnusableSamples."""
    if b"\\u0000" in body:
        raise UnusableSamples("no text of ours holds a NUL, which PostgreSQL does not keep")
    try:
        found = msgspec.json.decode(body, type=Samples).samples
        for sample in found:
            Cursor.parse(sample.cursor)
    except (msgspec.DecodeError, UnicodeError, RecursionError, BadCursor) as fault:
        raise UnusableSamples(str(fault)) from None
    if any(len(text) > MOST_CHARACTERS for sample in found for text in (bytes(sample.rest), bytes(sample.socket))):
        raise UnusableSamples(f"a payload may have {MOST_CHARACTERS} bytes")
    return found


def take(samples: Sequence[Sample], user: Any, now: datetime) -> SamplesAnswer:
    """Compare and record them; NotYours, or UnusableSamples, and then nothing is recorded."""
    try:
        return _taken(samples, user, now)
    except RecursionError:
        raise UnusableSamples("a payload is nested too deeply") from None


def _taken(samples: Sequence[Sample], user: Any, now: datetime) -> SamplesAnswer:
    compared = [compared_for(sample, user) for sample in samples]
    with transaction.atomic():
        for (feature, outcome), times in Counter(
            (one.plan.feature, one.comparison.outcome) for one in compared
        ).items():
            _count(feature, outcome, times, now)
        for one in compared:
            if one.comparison.outcome in KEPT_AS_DIFFERENT:
                _keep(one, user.get_username(), now)
    return SamplesAnswer([one.comparison.outcome for one in compared])


def compared_for(sample: Sample, user: Any) -> Compared:
    """NotYours where the user may not read the topic, or no plan is compared by it."""
    found = match(sample.topic)
    planned = {plan.feature: plan for plan in plans()}
    if found is None or found.feature.name not in planned or not found.feature.may_subscribe(user, found.params):
        raise NotYours(f"there is no {sample.topic}")
    plan = planned[found.feature.name]
    if found.stream.delivery is Delivery.VOLATILE:
        return Compared(plan, sample, Comparison(Outcome.NOT_COMPARABLE))
    try:
        return Compared(plan, sample, compare(decoded(bytes(sample.rest)), decoded(bytes(sample.socket)), plan.rules))
    except RecursionError:
        return Compared(plan, sample, Comparison(Outcome.NOT_COMPARABLE))


def _count(feature: str, outcome: str, times: int, now: datetime) -> None:
    key: dict[str, Any] = {"feature": feature, "day": sessions.current().market_time(now).date(), "outcome": outcome}
    row, _ = BrowserSample.objects.get_or_create(**key)
    BrowserSample.objects.filter(pk=row.pk).update(times=F("times") + times)


def _keep(one: Compared, username: str, now: datetime) -> None:
    """One row a difference: the same one of the same topic again is counted."""
    fields = [
        {"field": difference.field, "rest": _json(difference.rest), "socket": _json(difference.socket)}
        for difference in one.comparison.fields
    ]
    seen = msgspec.json.encode([one.sample.topic, one.sample.cursor, one.comparison.rule, fields])
    key = {"feature": one.plan.feature, "source": BROWSER, "digest": hashlib.sha256(seen).hexdigest()}
    if Mismatch.objects.filter(**key).update(times=F("times") + 1):
        return
    market = sessions.current().market_time(now)
    session = sessions.current().running(one.plan.calendar, market) or sessions.current().last(
        one.plan.calendar, market
    )
    try:
        with transaction.atomic():
            Mismatch.objects.create(
                **key,
                at=now,
                session=session.date if session else None,
                outcome=one.comparison.outcome,
                user=username,
                topic=one.sample.topic,
                cursor=one.sample.cursor,
                rule=one.comparison.rule,
                fields=fields,
                rest=bytes(one.sample.rest).decode(),
                socket=bytes(one.sample.socket).decode(),
                release=settings.VERSION,
            )
    except IntegrityError:
        Mismatch.objects.filter(**key).update(times=F("times") + 1)
    _forget_old(one.plan.feature)


def _json(value: Any) -> Any:
    return msgspec.json.decode(encode(value))


def _forget_old(feature: str) -> None:
    rows = Mismatch.objects.filter(feature=feature, source=BROWSER).order_by("-pk")
    newest = list(rows.values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 1])
    if newest:
        rows.filter(pk__lte=newest[0]).delete()
