"""The bench's result in words and tables: ratios to stock and to the limit, and whether the goals are met; pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.contestants import CONTESTANTS, TOGETHER
from bench.results import Results, Spread, Way, spread
from bench.tables import NOTHING, figure, spreading, table

STOCK, LIMIT, OURS = Way("stock-core", 1), Way("limit", 1), Way("thor-daphne", 1)
OURS_TOGETHER = Way("thor-daphne", TOGETHER)
GOALS_AT = 500
TITLES = {contestant.name: contestant.title for contestant in CONTESTANTS}
HEAD = [
    "contender",
    "thousand deliveries/s",
    "× stock",
    "× limit",
    "CPU s/million",
    "at 10/s",
    "p50 ms",
    "p99 ms",
    "KB/socket",
    "lost",
    "frames/segment",
    "busy",
]


@dataclass(frozen=True, slots=True)
class Goal:
    what: str
    target: float
    at_most: bool
    found: Callable[[Results], Spread | None]

    def row(self, results: Results) -> list[str]:
        found = self.found(results)
        sign = "≤" if self.at_most else "≥"
        return [self.what, f"{sign} {self.target:g}", spreading(found), self._verdict(found)]

    def _verdict(self, found: Spread | None) -> str:
        if found is None:
            return "not measured"
        is_met = found.middle <= self.target if self.at_most else found.middle >= self.target
        return "met" if is_met else "not met"


def _memory(results: Results) -> Spread | None:
    kb = results.kb_per_socket.get(OURS.contender)
    return None if kb is None else spread([kb])


GOALS = (
    Goal("deliveries, × stock core layer", 30, False, lambda r: r.rate_ratio(OURS, STOCK)),
    Goal("deliveries one by one, × the limit", 0.6, False, lambda r: r.rate_ratio(OURS, LIMIT)),
    Goal(
        f"deliveries {TOGETHER} at a time, × the limit's one by one",
        4,
        False,
        lambda r: r.rate_ratio(OURS_TOGETHER, LIMIT),
    ),
    Goal("p99 at 10 msg/s, × the limit's", 2.5, True, lambda r: r.p99_ratio(OURS, LIMIT)),
    Goal("KB per idle socket", 40, True, _memory),
)


def report(all_results: Sequence[Results], machine: str, date: str, how: str) -> str:
    """Markdown; aligned, so that it is the terminal's output as well."""
    parts = [f"Measured {date} on {machine}. {how}", *(_goals(r) for r in all_results if r.sockets == GOALS_AT)]
    return "\n\n".join([*parts, *(_of_size(results) for results in all_results)])


def _goals(results: Results) -> str:
    head = [f"goal (daphne, {results.sockets} sockets, ratios of this run)", "target", "measured", ""]
    return table(head, [goal.row(results) for goal in GOALS])


def _of_size(results: Results) -> str:
    return f"#### {results.sockets} sockets\n\n" + table(HEAD, [_row(results, way) for way in results.saturated])


def _row(results: Results, way: Way) -> list[str]:
    server, client = results.busy(way)
    return [
        f"{TITLES[way.contender]}, {_manner(way)}",
        spreading(results.rate(way), 1000),
        spreading(results.rate_ratio(way, STOCK)),
        spreading(results.rate_ratio(way, LIMIT)),
        spreading(results.cpu_saturated(way)),
        *_paced(results, way),
        figure(results.kb_per_socket[way.contender]) if way.together == 1 and way != LIMIT else NOTHING,
        str(results.lost(way)),
        spreading(results.frames_per_segment(way)),
        f"{server:.0%}, {client:.0%}",
    ]


def _manner(way: Way) -> str:
    return "one by one" if way.together == 1 else f"{way.together} at a time"


def _paced(results: Results, way: Way) -> list[str]:
    if way not in results.paced:
        return [NOTHING] * 3
    figures = results.paced_figures(way)
    if not figures:
        return ["overload"] * 3
    return [
        spreading(spread([m.cpu_per_million for m in figures])),
        spreading(spread([m.p50_ms for m in figures])),
        spreading(spread([m.p99_ms for m in figures])),
    ]
