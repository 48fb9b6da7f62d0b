"""Where this process's live path stands: its sockets, its topics, what the layer told and what had to be healed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, TypeVar

import msgspec
import structlog

from realtime import history
from realtime.contract import Cursor
from realtime.counts import Counts, counts
from realtime.features import registry
from realtime.hub import Hub, running
from realtime.nudges import Nudges, nudges

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Sockets(msgspec.Struct, frozen=True):
    """`writers`: how many sockets are written by which kind; `held_back`: whose client does not read fast enough."""

    connections: int
    held_back: int
    opened: int
    closed: dict[str, int]
    writers: dict[str, int]


class Topics(msgspec.Struct, frozen=True):
    """`offsets`: the top of the line that this process has passed on, of the topics on the asker's own dashboard."""

    count: int
    subscriptions: int
    offsets: dict[str, str]


class Lag(msgspec.Struct, frozen=True):
    """How far the lines here stand behind the database: how many topics, and how many publications in all."""

    topics: int
    publications: int


class Layer(msgspec.Struct, frozen=True):
    """What this process told the layer, and what it was told by it."""

    is_answering: bool
    sent: int
    late: int
    lost: int
    nudges_received: int
    publications_received: int


class Standing(msgspec.Struct, frozen=True):
    """`lag` and `offsets` need the database: where it cannot be read, `faults` says so, and they are null or empty."""

    process: int
    server_time: datetime
    sockets: Sockets
    topics: Topics
    lag: Lag | None
    layer: Layer
    published: dict[str, int]
    delivered: int
    dropped: dict[str, int]
    healed_gaps: int
    unfillable_gaps: int
    errors_logged: int
    faults: list[str]


def standing(user: Any, now: datetime) -> Standing:
    """For whoever is signed in. Never raises: what cannot be read is left out, and `faults` says why."""
    faults: list[str] = []
    hubs = hubs_here()
    nowhere: dict[str, Cursor] = {}
    nothing: Collection[str] = ()
    stands = _tried(lambda: stands_of(hubs), nowhere, faults)
    own = _tried(lambda: dashboard_of(user), nothing, faults)
    return Standing(
        process=os.getpid(),
        server_time=now,
        sockets=sockets_of(hubs, counts),
        topics=Topics(
            count=sum(len(hub.rooms) for hub in hubs),
            subscriptions=sum(len(room.listeners) for hub in hubs for room in list(hub.rooms.values())),
            offsets={topic: str(cursor) for topic, cursor in sorted(stands.items()) if topic in own},
        ),
        lag=_tried(lambda: lag_of(stands, history.tops(stands)), None, faults),
        layer=layer_of(nudges, counts),
        published=dict(counts.published),
        delivered=counts.delivered,
        dropped=dict(counts.dropped),
        healed_gaps=counts.healed,
        unfillable_gaps=counts.unfillable,
        errors_logged=counts.errors,
        faults=faults,
    )


def hubs_here() -> list[Hub]:
    """The hubs of this process: one, or none where it has served no socket yet."""
    return list(running.values())


def stands_of(hubs: Collection[Hub]) -> dict[str, Cursor]:
    return {topic: cursor for hub in hubs for topic, cursor in hub.standing().items()}


def dashboard_of(user: Any) -> Collection[str]:
    """The topics that this user's dashboard shows: only these are named, all others are but counted."""
    return {topic for feature in registry for topic in feature.topics_for(user)}


def sockets_of(hubs: Collection[Hub], counted: Counts) -> Sockets:
    return Sockets(
        connections=sum(len(hub.clients) for hub in hubs),
        held_back=sum(hub.held for hub in hubs),
        opened=sum(counted.opened.values()),
        closed={str(code): times for code, times in sorted(counted.closed.items())},
        writers={name: number for name, number in sorted(counted.open_by_writer.items()) if number},
    )


def lag_of(stands: dict[str, Cursor], tops: dict[str, Cursor]) -> Lag:
    """A line of another epoch than the database's lacks everything."""
    missing = [_missing(stands[topic], top) for topic, top in tops.items()]
    return Lag(topics=sum(number > 0 for number in missing), publications=sum(missing))


def _missing(stand: Cursor, top: Cursor) -> int:
    return max(0, top.offset - stand.offset) if stand.epoch == top.epoch else top.offset


def layer_of(told: Nudges, counted: Counts) -> Layer:
    return Layer(told.is_answering, told.sent, told.late, told.lost, counted.nudges, counted.heard)


def _tried(read: Callable[[], T], otherwise: T, faults: list[str]) -> T:
    try:
        return read()
    except Exception as fault:  # noqa: BLE001 - the status is asked for just when something is wrong
        log.warning("status_unreadable", fault=repr(fault))
        faults.append(f"{type(fault).__name__}: {fault}".splitlines()[0])
        return otherwise
