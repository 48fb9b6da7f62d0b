"""The course of the bench: for each number of sockets all contenders up, then several rounds in turn."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.contestants import Contestant
from bench.results import Measurement, Results, Way
from bench.rig import Bench, Rig, rigs_up

PACE = 10.0
KEEPS_UP = 0.8


@dataclass(frozen=True, slots=True)
class Course:
    """`seconds` of each saturated measurement; those at PACE messages a second take twice as long."""

    sockets: Sequence[int]
    seconds: float
    rounds: int


def run(bench: Bench, contestants: list[Contestant], course: Course) -> list[Results]:
    return [_with_sockets(bench, contestants, course, sockets) for sockets in course.sockets]


def _with_sockets(bench: Bench, contestants: list[Contestant], course: Course, sockets: int) -> Results:
    results = Results(sockets)
    _say(f"{sockets} sockets: starting {', '.join(c.name for c in contestants)}")
    with rigs_up(bench, contestants, sockets) as rigs:
        results.kb_per_socket = {rig.contestant.name: rig.kb_per_socket for rig in rigs}
        for number in range(course.rounds):
            began = time.monotonic()
            _round(rigs, course.seconds, results)
            _say(f"{sockets} sockets: round {number + 1} of {course.rounds} took {time.monotonic() - began:.0f} s")
    return results


def _round(rigs: Sequence[Rig], seconds: float, results: Results) -> None:
    """First all contenders saturated, one right after the other, then all at the pace: neighbours share the moment."""
    for rig in rigs:
        for together in rig.contestant.together:
            measured = rig.saturate(together, seconds)
            results.saturated.setdefault(Way(rig.contestant.name, together), []).append(measured)
    for rig in rigs:
        way = Way(rig.contestant.name, 1)
        results.paced.setdefault(way, []).append(_paced(rig, results.saturated[way][-1], results.sockets, seconds))


def _paced(rig: Rig, saturated: Measurement | None, sockets: int, seconds: float) -> Measurement | None:
    """None where the contender cannot keep up with the pace: its delays would only tell how long it was asked."""
    if saturated is None or saturated.rate < KEEPS_UP * PACE * sockets:
        return None
    return rig.pace(PACE, 2 * seconds)


def _say(line: str) -> None:
    sys.stderr.write(f"· {line}\n")
    sys.stderr.flush()
