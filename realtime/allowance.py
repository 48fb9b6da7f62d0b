"""How many frames a client may send: a bucket that fills with time; pure."""

from __future__ import annotations

from datetime import datetime

FRAMES_A_SECOND = 50.0
BURST = 200.0


class Allowance:
    def __init__(self, now: datetime, rate: float = FRAMES_A_SECOND, burst: float = BURST) -> None:
        self._left, self._rate, self._burst = burst, rate, burst
        self._since = now

    def spend(self, now: datetime) -> bool:
        """Take one frame's worth; False where the client sends too fast."""
        passed = max(0.0, (now - self._since).total_seconds())
        self._left = min(self._burst, self._left + passed * self._rate) - 1.0
        self._since = now
        return self._left >= 0.0
