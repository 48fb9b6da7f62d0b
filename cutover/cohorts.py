"""The registry of cohorts: groups of users that a canary may be limited to, declared by the domain."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cutover.stages import CutoverError

LONGEST_NAME = 20


class UnknownCohort(CutoverError):
    """Nobody declared this cohort."""


class CohortFault(Exception):
    """A cohort's declaration cannot stand; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """`contains` tells of one user, `users` gives the keys of all that belong to it (a query may stand for them)."""

    name: str
    contains: Callable[[Any], bool]
    users: Callable[[], Iterable[int]]


_cohorts: dict[str, Cohort] = {}


def register(name: str, contains: Callable[[Any], bool], users: Callable[[], Iterable[int]]) -> Cohort:
    """Declare a cohort, once."""
    if not 0 < len(name) <= LONGEST_NAME or name in _cohorts:
        raise CohortFault(f"the cohort {name!r}: declared already, or not a name of 1 to {LONGEST_NAME} characters")
    _cohorts[name] = Cohort(name, contains, users)
    return _cohorts[name]


def forget(name: str) -> None:
    """Take a cohort out again (tests)."""
    del _cohorts[name]


def find(name: str) -> Cohort:
    try:
        return _cohorts[name]
    except KeyError:
        raise UnknownCohort(f"no cohort {name!r}; there are: {', '.join(_cohorts) or 'none'}") from None


def users_of(name: str) -> Iterable[int]:
    """The keys of a cohort's users; nobody's where it is declared no longer."""
    return _cohorts[name].users() if name in _cohorts else ()


def cohorts_of(user: Any) -> list[str]:
    """The cohorts that a user belongs to, by name."""
    return [cohort.name for cohort in _cohorts.values() if cohort.contains(user)]
