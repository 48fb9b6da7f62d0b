"""Which processes live, and where their environments differ: each writes its row again and again while it lives."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cutover.models import ServerProcess

LIVES_FOR = timedelta(seconds=30)
"""Whoever has not written for so long is taken for dead."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A flag that living processes have set differently: the names of those by each value ("true", "false" or "")."""

    flag: str
    values: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        each = [f"{_said(value)} in {', '.join(names)}" for value, names in self.values.items()]
        return f"{self.flag} differs: {'; '.join(each)}"

    def is_odd(self, process: str) -> bool:
        """Whether this process has another value than the most have; where no value has the most, each is odd."""
        counts = Counter({value: len(names) for value, names in self.values.items()})
        most = max(counts.values())
        usual = [value for value, count in counts.items() if count == most]
        return len(usual) > 1 or process not in self.values[usual[0]]


def _said(value: str) -> str:
    return value or "not set"


def living(now: datetime) -> list[ServerProcess]:
    """The processes that have written lately, by name."""
    return list(ServerProcess.objects.filter(seen_at__gt=now - LIVES_FOR).order_by("name"))


def differing(processes: Iterable[ServerProcess]) -> list[Difference]:
    """The flags on which these processes do not agree, by name (pure)."""
    by_flag: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for process in processes:
        for flag, value in process.flags.items():
            by_flag[flag][value].append(process.name)
    return [
        Difference(flag, {value: tuple(names) for value, names in sorted(values.items())})
        for flag, values in sorted(by_flag.items())
        if len(values) > 1
    ]
