"""Whether to wait for the layer, and whether to try it at all; pure."""

from __future__ import annotations

UNDER_WAY = 64


class Patience:
    """Waits for a layer that answers. After one late message nobody waits, until one gets through.

    While nobody waits each message is still tried, which is what finds out that the layer is back; at most `most` at a time.
    Messages are told apart by the number that `begin` gives: an older one that is late says nothing of a layer that has
    taken a newer one.
    """

    def __init__(self, seconds: float, most: int = UNDER_WAY) -> None:
        self._seconds, self._most = seconds, most
        self._begun = self._taken = 0
        self.is_answering = True

    @property
    def wait(self) -> float:
        """How many seconds the caller may wait for its message."""
        return self._seconds if self.is_answering else 0.0

    def admits(self, under_way: int) -> bool:
        """Whether one more message may be tried beside those that are under way."""
        return self.is_answering or under_way < self._most

    def begin(self) -> int:
        """One more message is tried: its number."""
        self._begun += 1
        return self._begun

    def late(self, number: int) -> bool:
        """A message was late; whether that is news."""
        if number <= self._taken or not self.is_answering:
            return False
        self.is_answering = False
        return True

    def got_through(self, number: int) -> bool:
        """A message was taken; whether that is news."""
        self._taken = max(self._taken, number)
        was_answering, self.is_answering = self.is_answering, True
        return not was_answering
