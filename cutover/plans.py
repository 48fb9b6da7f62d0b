"""The registry of plans: which feature is cut over, by which flag, from which REST path, on whose trading calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from cutover.stages import UnknownFeature
from jobs.tempo import scaled
from realtime.features import Feature

SHORTEST_PATIENCE = timedelta(seconds=15)
"""On the wall clock, however fast a rehearsal runs; as long may a heartbeat be silent, too."""


class PlanFault(Exception):
    """A plan's declaration cannot stand; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a forward step needs: so many sessions, each covered to such a share, in each so many different states compared.

    `cadence`: whether a message comes of each run, so that their pace can be judged; where they come with trades, it is only shown.
    """

    sessions: int = 2
    coverage: float = 0.99
    states: int = 20
    cadence: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A difference that is let pass. `fields`: a pattern as in `fnmatch` of the field's path, e.g. `positions[*].pnl`."""

    name: str
    fields: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How a feature is cut over. `every`: seconds between two runs of its job, and of its REST timer, at the pace of this process.

    `rest`: the path of its REST view, a template over its topics' fields; `other_rest`: by stream, the path of those that have
    another. `calendar`: the MIC of the venue whose sessions count.
    """

    feature: str
    flag: str
    rest: str
    calendar: str
    every: float
    other_rest: Mapping[str, str] = field(default_factory=dict)
    needs: Needs = Needs()
    rules: Sequence[Rule] = ()

    @property
    def patience(self) -> timedelta:
        """How old the last completed run of its job may be (wall time): three intervals, at least 15 seconds."""
        return max(timedelta(seconds=3 * self.every), SHORTEST_PATIENCE)

    def rest_of(self, stream: str) -> str:
        """The path's template of a stream's topics."""
        return self.other_rest.get(stream, self.rest)


_plans: dict[str, Plan] = {}


def plan(  # noqa: PLR0913 - a row of a table, by keyword
    feature: Feature | str,
    *,
    flag: str,
    rest: str,
    calendar: str,
    every: float,
    other_rest: Mapping[str, str] | None = None,
    needs: Needs = Needs(),
    rules: Sequence[Rule] = (),
) -> Plan:
    """Declare a feature's cutover; flags and features are planned once."""
    name = feature if isinstance(feature, str) else feature.name
    if name in _plans or flag in {other.flag for other in _plans.values()}:
        raise PlanFault(f"the plan of {name!r} ({flag}): the feature or its flag is planned already")
    if not flag.startswith("WS_FEATURE_"):
        raise PlanFault(f"the plan of {name!r}: its flag {flag!r} must begin with WS_FEATURE_")
    if every <= 0:
        raise PlanFault(f"the plan of {name!r}: every={every!r} is no interval")
    kept = scaled(timedelta(seconds=every)).total_seconds()
    _plans[name] = Plan(name, flag, rest, calendar, kept, other_rest or {}, needs, rules)
    return _plans[name]


def forget(feature: str) -> None:
    """Take a plan out again (tests)."""
    del _plans[feature]


def plans() -> list[Plan]:
    return list(_plans.values())


def plan_of(feature: str) -> Plan:
    try:
        return _plans[feature]
    except KeyError:
        raise UnknownFeature(f"no feature {feature!r}; there are: {', '.join(_plans) or 'none'}") from None
