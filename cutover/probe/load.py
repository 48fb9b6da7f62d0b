"""What serving costs, and who still polls: by how much the stored counts have grown since the look before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from cutover.models import RestUse, ServerProcess
from cutover.models.use import Caller

ALIVE = timedelta(seconds=30)
POLLS = {Caller.TIMER: "timer_polls", Caller.PROGRAM: "program_calls"}
UseKey = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the web processes together: CPU since the look before, the time of all open dashboards, memory now."""

    cpu_ms: int = 0
    client_ms: int = 0
    rss_bytes: int = 0


class Load:
    """Its first answers tell nothing: a count that was there before speaks of another time."""

    def __init__(self) -> None:
        self._cpu: dict[str, int] = {}
        self._uses: dict[UseKey, int] | None = None

    def cost(self, now: datetime, elapsed: timedelta) -> Cost:
        """`elapsed`: wall time since the look before. Of a process that is new, the CPU counts from the next look on."""
        living = list(ServerProcess.objects.filter(seen_at__gt=now - ALIVE))
        cpu = {process.name: process.cpu_ms for process in living}
        grown = sum(max(0, ms - self._cpu[name]) for name, ms in cpu.items() if name in self._cpu)
        self._cpu = cpu
        dashboards = sum(process.dashboards for process in living)
        waited = max(0, elapsed // timedelta(milliseconds=1))
        return Cost(grown, dashboards * waited, sum(process.rss_bytes for process in living))

    def polls(self, today: date) -> Mapping[str, dict[str, int]]:
        """By feature how many calls were added: {"timer_polls": …, "program_calls": …}. `today`: the market's."""
        before, self._uses = self._uses, _uses_since(today - timedelta(days=1))
        grown: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for (feature, caller, day), calls in self._uses.items():
            more = calls - before.get((feature, caller, day), 0) if before is not None else 0
            if more > 0:
                name = POLLS[Caller(caller)]
                grown[feature][name] = grown[feature].get(name, 0) + more
        return grown


def _uses_since(day: date) -> dict[UseKey, int]:
    rows = RestUse.objects.filter(day__gte=day, caller__in=list(POLLS)).values_list("feature", "caller", "day")
    return {(feature, caller, on): calls for feature, caller, on, calls in rows.annotate(calls=Sum("calls")).order_by()}
