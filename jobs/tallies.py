"""How runs and ticks of this process went, in plain numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING

from jobs.models import Outcome
from jobs.registry import Declaration
from jobs.schedule import Due
from realtime.counts import Histogram

if TYPE_CHECKING:
    from jobs.claims import Verdict

ENDS = (Outcome.COMPLETED, Outcome.FAILED, Outcome.TIMED_OUT, Outcome.LOST)
"""How a run can end; a lost one is counted by the process that found it."""
DURATIONS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0)
LATENESS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0)


class Tallies:
    """Told by the threads of runs, and by the loop at each tick."""

    def __init__(self) -> None:
        self.runs: Counter[tuple[str, str]] = Counter()
        """By job and outcome."""
        self.durations: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(DURATIONS))
        self.lateness: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(LATENESS))
        self.ticks = Histogram(LATENESS)
        """How late each tick came."""
        self.leads: bool | None = None
        """Whether the heartbeat of this process leads; None where it has none."""
        self.forgotten = 0
        """Old runs whose rows were deleted; only one job does that."""
        self._lock = Lock()

    def expect(self, jobs: Iterable[Declaration]) -> None:
        """They may run in this process: their counters stand at 0 from now on, or a first failure would be no rise."""
        with self._lock:
            for job in jobs:
                self.runs.update({(job.name, outcome.value): 0 for outcome in ENDS})

    def ended(self, due: Due, verdict: Verdict) -> None:
        """A run of this process came to its end."""
        with self._lock:
            self.runs[due.job.name, verdict.outcome.value] += 1
            if verdict.started_at is not None:
                self.durations[due.job.name].observe((verdict.finished_at - verdict.started_at).total_seconds())
                self.lateness[due.job.name].observe((verdict.started_at - due.at).total_seconds())

    def lost(self, job: str, count: int) -> None:
        """Runs of this job, of whatever process, were given up."""
        with self._lock:
            self.runs[job, Outcome.LOST.value] += count

    def ticked(self, lateness: timedelta) -> None:
        self.ticks.observe(lateness.total_seconds())


tallies = Tallies()
