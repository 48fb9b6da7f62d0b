"""What waits for one client: states conflated by topic, events each, control frames as they come; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

EVENTS_WAITING = 256


class Weight(Enum):
    """How a waiting frame counts: a STATE is replaced by its topic's newer one, EVENTs are bounded, ANSWERs were asked for."""

    STATE = "state"
    EVENT = "event"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A frame on its way to one client."""

    text: str
    weight: Weight = Weight.ANSWER
    topic: str = ""


class Backlog:
    """Frames in their order; a newer STATE takes its topic's place at the end."""

    def __init__(self, events_waiting: int = EVENTS_WAITING) -> None:
        self._frames: dict[object, Outgoing] = {}
        self._events = 0
        self._bound = events_waiting

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def is_overfull(self) -> bool:
        return self._events > self._bound

    def add(self, outgoing: Outgoing) -> None:
        if outgoing.weight is Weight.STATE:
            self._frames.pop(outgoing.topic, None)
            self._frames[outgoing.topic] = outgoing
            return
        self._events += outgoing.weight is Weight.EVENT
        self._frames[object()] = outgoing

    def take(self) -> list[str]:
        """All that waits, in order; nothing waits after."""
        texts = [outgoing.text for outgoing in self._frames.values()]
        self._frames.clear()
        self._events = 0
        return texts
