"""Reads what was published: a topic's top, what came after an offset, and what is to be forgotten."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from realtime.contract import NOTHING_YET, Cursor, Publication
from realtime.models import StoredPublication, Topic
from realtime.numbering import batches
from realtime.recovery import Line

NAMES_A_QUERY = 500
PUBLICATIONS_A_READ = 5000
TRIMMED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """What the history has beyond a cursor: the topic's top and the publications up to it, oldest first."""

    top: Cursor
    publications: list[Publication]


def tops(names: Collection[str]) -> dict[str, Cursor]:
    """The top of each topic that was ever published to."""
    found: dict[str, Cursor] = {}
    for some in batches(list(names), NAMES_A_QUERY):
        rows = Topic.objects.filter(name__in=some).values_list("name", "epoch", "top")
        found.update((name, Cursor(epoch, top)) for name, epoch, top in rows)
    return found


def top_of(name: str) -> Cursor:
    return tops([name]).get(name, NOTHING_YET)


def line_of(name: str, every_one_counts: bool) -> Line:
    """The top first and the oldest after: a trim between the two can only make us tell of a loss that was none."""
    top = top_of(name)
    kept = StoredPublication.objects.filter(topic__name=name) if every_one_counts else StoredPublication.objects.none()
    return Line(top, kept.aggregate(oldest=Min("offset"))["oldest"], every_one_counts)


def since(name: str, offset: int, limit: int = PUBLICATIONS_A_READ) -> list[Publication]:
    """Publications after an offset, oldest first; of a STATE topic the newest one only."""
    rows = (
        StoredPublication.objects.filter(topic__name=name, offset__gt=offset)
        .order_by("offset")
        .values_list("topic__epoch", "offset", "text")[:limit]
    )
    return [Publication(name, epoch, at, text) for epoch, at, text in rows]


def beyond(cursors: Mapping[str, Cursor]) -> dict[str, Found]:
    """For each topic that has moved past its cursor: what the history has beyond it."""
    return {
        name: Found(top, since(name, cursors[name].offset if top.epoch == cursors[name].epoch else 0))
        for name, top in tops(cursors).items()
        if top != cursors[name]
    }


def trim(before: datetime, at_once: int = TRIMMED_AT_ONCE) -> int:
    """Forget EVENT publications made before an instant (of a STATE the newest stays); how many were forgotten.

    In short transactions, oldest first: ids grow with time.
    """
    forgotten = 0
    events = StoredPublication.objects.filter(slot__gt=0).order_by("pk")
    while rows := list(events.values_list("pk", "created_at")[:at_once]):
        old = [pk for pk, created_at in rows if created_at < before]
        if old:
            forgotten += StoredPublication.objects.filter(pk__in=old).delete()[0]
        if len(old) < at_once:
            break
    return forgotten
