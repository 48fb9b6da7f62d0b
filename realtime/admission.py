"""Whether those who have a socket may still have it, and still hear what they hear: asked again and again, of all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from realtime.codes import CloseCode
from realtime.features import Feature, Match
from realtime.subscriber import Subscription

if TYPE_CHECKING:
    from realtime.hub import Hub
    from realtime.room import Listener

log = structlog.get_logger(__name__)

ASK_EVERY_SECONDS = 5.0
Ticket = Hashable
"""What a client came in with; what is in it only the doorkeeper knows."""
Doorkeeper = Callable[[Collection[Ticket], datetime], Mapping[Ticket, Any]]
"""Of many tickets those that still let somebody in, each with its user as he is now."""
Heard = tuple[Subscription, "Listener"]


@dataclass(frozen=True, slots=True)
class Who:
    """A client's user, and what it came in with; without a ticket it is not asked for again."""

    user: Any = None
    ticket: Ticket = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`users` of the tickets that hold; `keeps`, of each wish, whether its user may still read the topic."""

    users: Mapping[Ticket, Any]
    keeps: Sequence[bool]


async def ask_for_ever(hub: Hub, every: float) -> None:
    """Nobody is asked where the wiring names no doorkeeper (`SOCKET_DOORKEEPER`)."""
    name = getattr(settings, "SOCKET_DOORKEEPER", "")
    while name:
        await asyncio.sleep(every)
        try:
            await ask(hub, import_string(name), datetime.now(UTC))
        except Exception as fault:  # noqa: BLE001 - while the database is away nobody can be told apart: it is asked again
            log.warning("doorkeeper_unreachable", fault=repr(fault))


async def ask(hub: Hub, doorkeeper: Doorkeeper, now: datetime) -> None:
    """Close the sockets whose tickets do not hold any more, and end subscriptions that have become another's."""
    clients = [client for client in hub.clients if client.ticket is not None]
    heard = list(guarded(hub))
    if not clients:
        return
    wishes = [(listener.ticket, subscription.match) for subscription, listener in heard]
    verdict = await hub.pool.run(judge, doorkeeper, {client.ticket for client in clients}, wishes, now)
    for client in clients:
        if client.ticket in verdict.users:
            client.user = verdict.users[client.ticket]
        else:
            client.end(CloseCode.NOT_SIGNED_IN)
    for (subscription, listener), keeps in zip(heard, verdict.keeps, strict=True):
        if not keeps:
            listener.lose(subscription, now)


def guarded(hub: Hub) -> Iterator[Heard]:
    """Who hears what not everybody may; the many who hear what is everybody's are not gone through."""
    for room in hub.rooms.values():
        first = next(iter(room.listeners))
        if first.match.feature.is_guarded:
            yield from ((one, listener) for one, listener in room.listeners.items() if listener.ticket is not None)


def judge(
    doorkeeper: Doorkeeper, tickets: Collection[Ticket], wishes: Sequence[tuple[Ticket, Match]], now: datetime
) -> Verdict:
    """Runs in a thread; each feature is asked once for all."""
    users = doorkeeper(tickets, now)
    keeps = [ticket in users for ticket, _ in wishes]
    for feature, places in by_feature(wishes, keeps):
        answers = feature.keeps([(users[wishes[place][0]], wishes[place][1].params) for place in places])
        for place, answer in zip(places, answers, strict=True):
            keeps[place] = answer
    return Verdict(users, keeps)


def by_feature(wishes: Iterable[tuple[Ticket, Match]], stands: Sequence[bool]) -> list[tuple[Feature, list[int]]]:
    """Where in `wishes` each feature's stand, but for those that do not count any more."""
    places: dict[str, tuple[Feature, list[int]]] = {}
    for place, (_, match) in enumerate(wishes):
        if stands[place]:
            places.setdefault(match.feature.name, (match.feature, []))[1].append(place)
    return list(places.values())
