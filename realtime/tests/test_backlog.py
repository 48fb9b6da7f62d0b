"""What waits for one client."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from realtime.backlog import Backlog, Outgoing, Weight

TOPICS = st.sampled_from(["a", "b", "c"])


def test_a_newer_state_takes_its_topics_place_at_the_end():
    backlog = Backlog()
    for text, weight, topic in [
        ("a1", Weight.STATE, "a"),
        ("answer", Weight.ANSWER, ""),
        ("b1", Weight.STATE, "b"),
        ("a2", Weight.STATE, "a"),
    ]:
        backlog.add(Outgoing(text, weight, topic))
    assert len(backlog) == 3
    assert backlog.take() == ["answer", "b1", "a2"]
    assert backlog.take() == []


def test_only_waiting_events_fill_it():
    backlog = Backlog(events_waiting=2)
    for _ in range(5):
        backlog.add(Outgoing("answer"))
        backlog.add(Outgoing("state", Weight.STATE, "a"))
    for _ in range(2):
        backlog.add(Outgoing("event", Weight.EVENT, "a"))
    assert not backlog.is_overfull
    backlog.add(Outgoing("event", Weight.EVENT, "b"))
    assert backlog.is_overfull
    backlog.take()
    assert not backlog.is_overfull


class BacklogMachine(RuleBasedStateMachine):
    """Against a plain list of everything that was added."""

    def __init__(self) -> None:
        super().__init__()
        self.backlog = Backlog(events_waiting=3)
        self.added: list[Outgoing] = []

    @rule(topic=TOPICS, weight=st.sampled_from(Weight))
    def add(self, topic, weight):
        outgoing = Outgoing(f"{weight.value} {topic} {len(self.added)}", weight, topic)
        self.backlog.add(outgoing)
        self.added.append(outgoing)

    @rule()
    def take(self):
        newest = {outgoing.topic: outgoing for outgoing in self.added if outgoing.weight is Weight.STATE}
        kept = [o for o in self.added if o.weight is not Weight.STATE or newest[o.topic] is o]
        assert self.backlog.take() == [outgoing.text for outgoing in kept]
        self.added.clear()

    @invariant()
    def is_overfull_by_events_alone(self):
        assert self.backlog.is_overfull == (sum(o.weight is Weight.EVENT for o in self.added) > 3)


TestBacklogMachine = BacklogMachine.TestCase
TestBacklogMachine.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
