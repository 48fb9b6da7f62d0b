"""What waits for one client."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from realtime.backlog import Backlog, Outgoing, Weight

TOPICS = st.sampled_from(["a", "b", "c"])
EVENTS, ANSWERS = 3, 4


def test_a_newer_state_takes_its_topics_place_at_the_end():
    backlog = Backlog()
    for text, weight, topic in [
        ("a1", Weight.STATE, "a"),
        ("answer", Weight.ANSWER, ""),
        ("b1", Weight.STATE, "b"),
        ("a2", Weight.STATE, "a"),
    ]:
        assert backlog.add(Outgoing(text, weight, topic))
    assert len(backlog) == 3
    assert backlog.take() == ["answer", "b1", "a2"]
    assert backlog.take() == []


def test_events_and_answers_are_bounded_each_and_states_by_their_topics():
    backlog = Backlog(events=2, answers=1)
    assert [backlog.add(Outgoing("event", Weight.EVENT, topic)) for topic in "aab"] == [True, True, False]
    assert [backlog.add(Outgoing("answer")) for _ in range(2)] == [True, False]
    assert all(backlog.add(Outgoing("state", Weight.STATE, "a")) for _ in range(9))
    assert backlog.take() == ["event", "event", "answer", "state"]
    assert backlog.add(Outgoing("event", Weight.EVENT, "a"))


class BacklogMachine(RuleBasedStateMachine):
    """Against a plain list of everything that was kept."""

    def __init__(self) -> None:
        super().__init__()
        self.backlog = Backlog(EVENTS, ANSWERS)
        self.kept: list[Outgoing] = []
        self.added = 0

    @rule(topic=TOPICS, weight=st.sampled_from(Weight))
    def add(self, topic, weight):
        self.added += 1
        outgoing = Outgoing(f"{weight.value} {topic} {self.added}", weight, topic)
        fits = self._count(weight) < {Weight.EVENT: EVENTS, Weight.ANSWER: ANSWERS}.get(weight, self.added)
        assert self.backlog.add(outgoing) == fits
        if fits:
            self.kept = [o for o in self.kept if weight is not Weight.STATE or (o.weight, o.topic) != (weight, topic)]
            self.kept.append(outgoing)

    @rule()
    def take(self):
        assert self.backlog.take() == [outgoing.text for outgoing in self.kept]
        self.kept.clear()

    @invariant()
    def has_as_many(self):
        assert len(self.backlog) == len(self.kept)

    def _count(self, weight: Weight) -> int:
        return sum(outgoing.weight is weight for outgoing in self.kept)


TestBacklogMachine = BacklogMachine.TestCase
TestBacklogMachine.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
