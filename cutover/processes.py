"""Which processes live, and where their environments differ: each writes its row again and again while it lives."""

from __future__ import annotations

import os
import resource
import secrets
import socket
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from cutover.models import ServerProcess
from cutover.plans import plans
from cutover.selectors import flag_value

LIVES_FOR = timedelta(seconds=30)
"""Whoever has not written for so long is taken for dead."""
KEPT_FOR = timedelta(hours=1)
SERVER = "server"


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


@dataclass(frozen=True, slots=True)
class Life:
    """This life of this process; `name` is nobody else's."""

    process: int
    name: str
    started_at: datetime


_lives: dict[int, Life] = {}
"""By process id: one that was forked has its parent's, too."""


def here() -> Life:
    """Whose row is ours; a process that was forked has a life of its own. All threads get the same one."""
    process = os.getpid()
    if process not in _lives:
        name = f"{socket.gethostname()[:80]}:{process}:{secrets.token_hex(4)}"
        _lives.setdefault(process, Life(process, name, timezone.now()))
    return _lives[process]


def record(kind: str, now: datetime, **counts: Any) -> None:
    """Write this process's row: its release, its environment, its load, and what else it counts.

    One statement: several threads of a process may do it at once.
    """
    life = here()
    load = {"cpu_ms": int(time.process_time() * 1000), "rss_bytes": rss_bytes()}
    flags = {plan.flag: flag_value(plan) for plan in plans()}
    fields = {"kind": kind, "release": settings.VERSION, "seen_at": now, "flags": flags, **load, **counts}
    row = ServerProcess(name=life.name, started_at=life.started_at, **fields)
    ServerProcess.objects.bulk_create([row], update_conflicts=True, unique_fields=["name"], update_fields=list(fields))


def serves() -> bool:
    """Whether this process has the row of a server."""
    return ServerProcess.objects.filter(name=here().name, kind=SERVER).exists()


def forget(name: str) -> None:
    """The process ends: nobody need wait until its row is old."""
    ServerProcess.objects.filter(name=name).delete()


def forget_the_dead(now: datetime) -> int:
    """Take away the rows of those that have not written for KEPT_FOR; how many there were."""
    return ServerProcess.objects.filter(seen_at__lt=now - KEPT_FOR).delete()[0]


def rss_bytes() -> int:
    """The memory that this process holds; where the system does not tell, the most that it ever held."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
