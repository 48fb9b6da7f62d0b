"""What waits for one client: states conflated by topic, events and answers each, all of them bounded; pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

EVENTS_WAITING = 256
ANSWERS_WAITING = 4096


class Weight(Enum):
    """How a waiting frame counts: a STATE is replaced by its topic's newer one, EVENTs are history, ANSWERs were asked for."""

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

    def __init__(self, events: int = EVENTS_WAITING, answers: int = ANSWERS_WAITING) -> None:
        self._frames: dict[object, Outgoing] = {}
        self._left = {Weight.EVENT: events, Weight.ANSWER: answers}
        self._bounds = dict(self._left)

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, outgoing: Outgoing) -> bool:
        """Keep a frame; False, and it is not kept, where as many wait as may."""
        if outgoing.weight is Weight.STATE:
            self._frames.pop(outgoing.topic, None)
            self._frames[outgoing.topic] = outgoing
            return True
        if self._left[outgoing.weight] == 0:
            return False
        self._left[outgoing.weight] -= 1
        self._frames[object()] = outgoing
        return True

    def take(self) -> list[str]:
        """All that waits, in order; nothing waits after."""
        texts = [outgoing.text for outgoing in self._frames.values()]
        self._frames.clear()
        self._left = dict(self._bounds)
        return texts
