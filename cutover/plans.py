"""The registry of plans: which feature is cut over, by which flag, from which REST path, on whose trading calendar."""

from __future__ import annotations

from dataclasses import dataclass

from cutover.stages import UnknownFeature
from realtime.features import Feature


class PlanFault(Exception):
    """A plan's declaration cannot stand; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a feature is cut over. `every`: seconds between two runs of its job, and of its REST timer."""

    feature: str
    flag: str
    rest: str
    calendar: str
    every: float


_plans: dict[str, Plan] = {}


def plan(feature: Feature | str, *, flag: str, rest: str, calendar: str, every: float) -> Plan:
    """Declare a feature's cutover; flags and features are planned once."""
    name = feature if isinstance(feature, str) else feature.name
    if name in _plans or flag in {other.flag for other in _plans.values()}:
        raise PlanFault(f"the plan of {name!r} ({flag}): the feature or its flag is planned already")
    if not flag.startswith("WS_FEATURE_"):
        raise PlanFault(f"the plan of {name!r}: its flag {flag!r} must begin with WS_FEATURE_")
    if every <= 0:
        raise PlanFault(f"the plan of {name!r}: every={every!r} is no interval")
    _plans[name] = Plan(name, flag, rest, calendar, every)
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
