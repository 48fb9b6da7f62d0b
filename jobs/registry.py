"""The table of declared jobs: what runs, how often, for which features and for how long at most."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

ONE_SECOND = timedelta(seconds=1)
DEFAULT_TIMEOUT = timedelta(seconds=5)


class JobFault(Exception):
    """A job's declaration cannot stand; the message says which job, and what to mend."""


class Job(Protocol):
    """What a declared class must offer; it is made anew for each run."""

    def run(self, now: datetime) -> None:
        """Do the work that was due at `now` (aware UTC); whatever it raises is recorded and stops nobody else."""


JobType = TypeVar("JobType", bound=type[Job])


@dataclass(frozen=True, slots=True)
class Declaration:
    """A row of the table. `features` are those whose freshness this job's completed runs tell.

    `in_heartbeat`: it keeps something alive between its runs (a socket, a feed), so it runs in the leading heartbeat's
    process, whatever executor the others have.
    """

    name: str
    every: timedelta
    features: tuple[str, ...]
    timeout: timedelta
    work: type[Job]
    in_heartbeat: bool = False


def seconds(count: int) -> timedelta:
    """An interval, as declarations write it."""
    return timedelta(seconds=count)


class Registry:
    """Jobs by name, in the order of their declaration."""

    def __init__(self) -> None:
        self._declarations: dict[str, Declaration] = {}

    def job(
        self,
        name: str,
        *,
        every: timedelta,
        features: Sequence[str] = (),
        timeout: timedelta = DEFAULT_TIMEOUT,
        in_heartbeat: bool = False,
    ) -> Callable[[JobType], JobType]:
        """Declare the decorated class as the job `name`; raises JobFault where the declaration cannot stand."""

        def declare(work: JobType) -> JobType:
            self.add(Declaration(name, every, _names(name, features), timeout, work, in_heartbeat))
            return work

        return declare

    def add(self, declaration: Declaration) -> None:
        for fault in _faults(declaration):
            raise JobFault(f"job {declaration.name!r}: {fault}")
        if declaration.name in self._declarations:
            raise JobFault(f"job {declaration.name!r} is declared twice; names are unique")
        self._declarations[declaration.name] = declaration

    def only(self, *names: str) -> Registry:
        """A registry of the named jobs (tests and trials of one job)."""
        chosen = Registry()
        for name in names:
            chosen.add(self[name])
        return chosen

    def carriers(self, feature: str) -> list[Declaration]:
        """The jobs whose completed runs keep `feature` fresh."""
        return [declaration for declaration in self if feature in declaration.features]

    def __getitem__(self, name: str) -> Declaration:
        try:
            return self._declarations[name]
        except KeyError:
            raise JobFault(f"no job {name!r}; declared are: {', '.join(self._declarations) or 'none'}") from None

    def __iter__(self) -> Iterator[Declaration]:
        return iter(self._declarations.values())


def _names(job: str, features: Sequence[str]) -> tuple[str, ...]:
    if isinstance(features, str):
        raise JobFault(f"job {job!r}: features is a tuple of names, such as ({features!r},)")
    return tuple(features)


def _faults(declaration: Declaration) -> Iterator[str]:
    """What is wrong with a declaration, the first fault first."""
    if not re.fullmatch(r"[a-z0-9_]{1,64}", declaration.name):
        yield "a name is 1 to 64 of a-z, 0-9 and _"
    if declaration.every < ONE_SECOND or declaration.every % ONE_SECOND:
        yield f"every={declaration.every} is not a positive number of whole seconds"
    if declaration.timeout <= timedelta(0):
        yield f"timeout={declaration.timeout} is not positive"
    if len(set(declaration.features)) < len(declaration.features):
        yield "a feature is named twice"
    if not callable(getattr(declaration.work, "run", None)):
        yield f"{declaration.work.__name__} has no run(now)"


registry = Registry()
job = registry.job
