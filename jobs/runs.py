"""One run on its way through a thread: where it stands, until when, and who may end it (safe between two threads)."""

from __future__ import annotations

import threading
from datetime import datetime
from enum import Enum

from jobs.claims import RENEW_EVERY, Verdict
from jobs.fence import Fence
from jobs.models import Outcome
from jobs.schedule import Due


class Phase(Enum):
    """CLAIMING, WORKING and RECORDING follow each other, each with a deadline; ABANDONED may take the place of any."""

    CLAIMING = "claiming"
    WORKING = "working"
    RECORDING = "recording"
    ABANDONED = "abandoned"


class Run:
    """A due time in the hands of a thread. Its thread calls `begin` and `conclude`, the loop `abandon_if_late`."""

    def __init__(self, due: Due, deadline: datetime) -> None:
        self.due = due
        self.fence = Fence()
        self.phase = Phase.CLAIMING
        self.run_id: int | None = None
        self.started_at: datetime | None = None
        self.verdict: Verdict | None = None
        self.is_settled = False
        """Whether this due time needs no further try."""
        self.stopped = threading.Event()
        self.released = threading.Event()
        """Set when the database holds nothing of an abandoned run any more."""
        self.renewed = threading.Event()
        """Clear while a thread renews the claim."""
        self.renewed.set()
        self._renewed_at: datetime | None = None
        self._deadline = deadline
        self._lock = threading.Lock()

    @property
    def about(self) -> dict[str, str]:
        """What log lines say of it."""
        return {"job": self.due.job.name, "due_at": self.due.at.isoformat()}

    @property
    def deadline(self) -> datetime:
        """Until when the phase that it is in may last."""
        return self._deadline

    @property
    def is_abandoned(self) -> bool:
        return self.phase is Phase.ABANDONED

    @property
    def holds_a_thread(self) -> bool:
        """Whether its own thread, or the one that cuts it off, still lives."""
        return not self.stopped.is_set() or (self.is_abandoned and not self.released.is_set())

    def hold(self, run_id: int, now: datetime) -> None:
        """The run is claimed, as of `now`."""
        self._renewed_at, self.run_id = now, run_id

    def begin_renewal(self, now: datetime) -> bool:
        """Whether the claim is to be renewed now; True once for each time that it is."""
        last = self._renewed_at
        if last is None or now < last + RENEW_EVERY or not self.renewed.is_set():
            return False
        self._renewed_at = now
        self.renewed.clear()
        return True

    def forfeit(self, now: datetime) -> bool:
        """Others gave it up: its time is up now. False where it is past its work, and may have written its end itself."""
        with self._lock:
            if self.phase is not Phase.WORKING:
                return False
            self._deadline = now
            return True

    def begin(self, now: datetime) -> bool:
        """Go on from claiming to working; False where the run has been abandoned meanwhile."""
        with self._lock:
            if self.is_abandoned:
                return False
            self.phase, self.started_at, self._deadline = Phase.WORKING, now, now + self.due.job.timeout
            return True

    def conclude(self, verdict: Verdict, deadline: datetime) -> bool:
        """Go on to recording `verdict`; False where the run has been abandoned: then its time was up, whatever it did."""
        with self._lock:
            if self.is_abandoned:
                return False
            self.phase, self._deadline, self.verdict = Phase.RECORDING, deadline, verdict
            return True

    def abandon_if_late(self, now: datetime) -> bool:
        """Give the run up where its deadline has passed; True if that happened just now."""
        with self._lock:
            if self.is_abandoned or self.stopped.is_set() or now < self._deadline:
                return False
            self.is_settled = self.phase is not Phase.CLAIMING
            self.phase = Phase.ABANDONED
            return True

    def last_word(self, now: datetime) -> Verdict:
        """What is recorded of an abandoned run: its own verdict if it came to one in time, else that its time was up."""
        if self.verdict is not None:
            return self.verdict
        return Verdict(Outcome.TIMED_OUT, self.started_at, now, f"not done within {self.due.job.timeout}")
