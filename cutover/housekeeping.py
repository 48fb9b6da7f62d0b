"""The heartbeat's own row among the processes, the rows of the dead, and what operators are told as time passes."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from cutover import processes, use
from cutover.console import tell, tell_answers
from jobs.registry import job, seconds

HEARTBEAT = "heartbeat"

forgotten: Counter[str] = Counter(process=0, use=0)
"""How many rows of each kind, by this process; only one job deletes them."""


@job("cutover_processes", every=seconds(5), in_heartbeat=True)
class ProcessesJob:
    """A server that runs the heartbeat beside it has its row already, which says more."""

    def run(self, now: datetime) -> None:
        if not processes.serves():
            processes.record(HEARTBEAT, now)
        tell_answers(now)
        tell(now)


@job("cutover_housekeeping", every=seconds(3600), timeout=seconds(30))
class CutoverHousekeeping:
    def run(self, now: datetime) -> None:
        forgotten["process"] += processes.forget_the_dead(now)
        forgotten["use"] += use.forget_old(now)
