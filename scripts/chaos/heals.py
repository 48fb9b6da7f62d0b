"""How a window's publications came to the clients: after which time, and what they got only when they were back; pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TypedDict

from chaos.client import Client
from chaos.ledger import Happening
from chaos.sequence import is_ours
from chaos.windows import Told, Window


class Healed(TypedDict):
    """`heal`: for each client the longest time from the fault's end, or from when it was back, to what it had missed.

    `oldest`: the longest time from a commit to a client, whatever the fault; `never`: what came to a client not at all.
    """

    back: int
    recovered: int
    resets: int
    heal: list[float]
    oldest: float
    never: int


def healed_in(window: Window, told: Sequence[Told], clients: Sequence[Client]) -> Healed:
    ours = [one for one in told if is_ours(one.topic)]
    lags = [_lags(window, ours, client) for client in clients]
    return Healed(
        back=sum(window.begin <= at < window.until for client in clients for at in client.welcomes),
        recovered=sum(_count(window, client.ledger.recovered) for client in clients),
        resets=sum(_count(window, client.ledger.resets) for client in clients),
        heal=[max((heal for heal, _ in found), default=0.0) for found, _ in lags],
        oldest=max((age for found, _ in lags for _, age in found), default=0.0),
        never=sum(never for _, never in lags),
    )


def _lags(window: Window, told: Sequence[Told], client: Client) -> tuple[list[tuple[float, float]], int]:
    """(seconds to heal, age) of each publication when the client had it or what replaced it, and how many it never had."""
    found, never = [], 0
    for one in told:
        line = client.ledger.lines.get(one.topic)
        index = bisect_left(line.offsets, one.offset) if line is not None else 0
        if line is None or index == len(line.offsets):
            never += 1
            continue
        arrived = line.times[index]
        since = max(one.at, window.end, _last_before(arrived, client.welcomes))
        found.append((max(0.0, arrived - since), arrived - one.at))
    return found, never


def _last_before(at: float, times: Sequence[float]) -> float:
    index = bisect_right(times, at)
    return times[index - 1] if index else 0.0


def _count(window: Window, happenings: Iterable[Happening]) -> int:
    return sum(one.count for one in happenings if window.begin <= one.at < window.until)
