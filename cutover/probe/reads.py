"""Which REST paths show the topics that are followed, and whose turn it is to be read; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from urllib.parse import quote

from cutover.plans import Plan
from realtime.features import Delivery, Match


@dataclass(frozen=True, slots=True)
class Target:
    """A path to read, and the topics that it shows, all of one feature."""

    feature: str
    path: str
    topics: tuple[str, ...]


def targets_of(plan: Plan, matches: Mapping[str, Match]) -> list[Target]:
    """The paths of a feature's topics; what is VOLATILE cannot be compared and has none."""
    by_path: defaultdict[str, list[str]] = defaultdict(list)
    for topic, match in matches.items():
        if match.stream.delivery is not Delivery.VOLATILE:
            by_path[path_of(plan, match)].append(topic)
    return [Target(plan.feature, path, tuple(topics)) for path, topics in by_path.items()]


def path_of(plan: Plan, match: Match) -> str:
    """The REST path of a topic: its fields percent-encoded into the plan's template."""
    fields = {name: quote(str(value), safe="") for name, value in match.params.items()}
    return plan.rest_of(match.stream.name).format_map(fields)


def in_turn(
    targets: Iterable[Target], turns: Mapping[str, int], most: int, last: Mapping[str, int] | None = None
) -> list[Target]:
    """At most so many, one of each feature after the other, each feature's from where its turn is.

    `last`: when a feature was read last, in any number that grows. The one that waits longest comes first, so that none is
    left out where there is time for a few only.
    """
    by_feature: defaultdict[str, list[Target]] = defaultdict(list)
    for target in targets:
        by_feature[target.feature].append(target)
    waiting = sorted(by_feature, key=lambda feature: (last or {}).get(feature, 0))
    rotated = [_from(by_feature[feature], turns.get(feature, 0)) for feature in waiting]
    mixed = chain.from_iterable(zip_longest(*rotated))
    return [target for target in mixed if target is not None][:most]


def _from(targets: Sequence[Target], turn: int) -> list[Target]:
    start = turn % len(targets)
    return [*targets[start:], *targets[:start]]


def is_superseded(topic: str, shown: Iterable[str], matches: Mapping[str, Match]) -> bool:
    """Whether a list shows another topic of the same thing in this one's stead, as a closed bar stands for the open one."""
    own = matches[topic].params
    return any(other != topic and other in matches and matches[other].params == own for other in shown)
