"""What publishing costs, in tables: beside the database's own bulk writes, and with more and more clients; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median, quantiles

from bench.results import Spread, spread
from bench.tables import NOTHING, figure, spreading, table

TITLES = {
    "thor": "Thor: recorded, numbered, kept, nudged",
    "executemany": "bars alone, `executemany`",
    "values": "bars alone, VALUES of 1 000 rows",
    "copy": "bars alone, COPY and INSERT … SELECT",
    "json": "bars alone, one JSON parameter (Thor's way)",
}
KINDS = {"open": "open bars that move", "closed": "closed bars, each new"}
USUAL = ("executemany", "values", "copy")
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
WITHIN_MS, AT_MOST = 1000.0, 3.0
Taken = Mapping[str, Sequence[float]]
"""By way, the milliseconds of each round."""


def ratio(taken: Taken, to: str) -> Spread | None:
    """Thor's time in units of another way's, round by round."""
    return spread([ours / theirs for ours, theirs in zip(taken["thor"], taken.get(to, []), strict=False)])


def fastest(taken: Taken, of: Sequence[str]) -> str:
    """The way with the least median."""
    return min((name for name in of if name in taken), key=lambda name: median(taken[name]))


def goals(database: str, kind: str, taken: Taken) -> list[str]:
    """One row: whether a tick is fast enough, in itself and beside the fastest of the usual bulk writes."""
    best = fastest(taken, USUAL)
    beside, ours = ratio(taken, best), spread(taken["thor"])
    assert beside is not None  # noqa: S101 - there is a round
    assert ours is not None  # noqa: S101
    return [
        f"{DATABASES[database]}, {KINDS[kind]}",
        spreading(ours),
        "met" if ours.middle < WITHIN_MS else "not met",
        f"{spreading(beside)} ({best})",
        "met" if beside.middle <= AT_MOST else "not met",
    ]


def goals_table(measured: Sequence[Mapping[str, Taken]], names: Sequence[str], symbols: int) -> str:
    head = [f"{symbols} bars in one tick", "ms", "under 1 s", "× the fastest usual bulk write", "at most 3 ×"]
    rows = [goals(name, kind, taken[kind]) for name, taken in zip(names, measured, strict=True) for kind in KINDS]
    return table(head, rows)


def ways_table(database: str, measured: Mapping[str, Taken]) -> str:
    head = [DATABASES[database], *(f"{title}: ms" for title in KINDS.values())]
    ways = [name for name in TITLES if name in measured["open"]]
    return table(head, [[TITLES[name], *(spreading(spread(measured[kind][name])) for kind in KINDS)] for name in ways])


def tail(taken: Sequence[float]) -> str:
    """The middle and the 95th percentile."""
    return f"{figure(median(taken))} / {figure(quantiles(taken, n=20)[18])}" if len(taken) > 1 else NOTHING


def clients_table(measured: Mapping[str, Mapping[int, Sequence[float]]]) -> str:
    """`measured`: by who publishes and number of listeners, milliseconds of each publication."""
    numbers = sorted({number for by_number in measured.values() for number in by_number})
    head = ["one bar, ms (p50 / p95), while so many listen", *map(str, numbers)]
    return table(head, [[who, *(tail(by_number[number]) for number in numbers)] for who, by_number in measured.items()])
