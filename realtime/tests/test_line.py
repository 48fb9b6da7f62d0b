"""One topic in this process: order, duplicates, gaps."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from realtime import line as line_module
from realtime.contract import NOTHING_YET, Cursor, Publication
from realtime.line import Line
from realtime.tests.lines import HistoryModel, make_publication


def make_line(offset: int = 0, every_one_counts: bool = True, epoch: str = "e1") -> Line:
    line = Line(every_one_counts)
    line.learn(Cursor(epoch, offset))
    return line


def test_what_follows_is_passed_on_and_what_was_passed_on_is_not():
    line = make_line(4)
    first, second = make_publication(5), make_publication(6)
    assert line.offer(first) == [first]
    assert line.offer(first) == []
    assert line.offer(second) == [second]
    assert not line.has_gap


def test_before_anybody_read_the_topic_publications_wait():
    line = Line(every_one_counts=True)
    early = [make_publication(offset) for offset in (3, 5, 4)]
    assert [line.offer(publication) for publication in early] == [[], [], []]
    assert not line.has_gap
    assert line.learn(Cursor("e1", 3)) == [early[2], early[1]]
    assert line.learn(Cursor("e1", 9)) == []
    assert line.last == Cursor("e1", 5)


def test_what_waited_of_another_life_is_forgotten():
    line = Line(every_one_counts=False)
    line.offer(make_publication(7, "old"))
    assert line.learn(Cursor("e1", 2)) == []
    assert line.last == Cursor("e1", 2)


def test_a_topic_that_nobody_published_to_begins_with_its_first():
    line = make_line(0, epoch="")
    first = make_publication(1, "new")
    assert line.offer(first) == [first]
    assert line.last == Cursor("new", 1)


def test_lives_that_waited_together_are_not_mixed():
    line = Line(every_one_counts=True)
    line.offer(make_publication(2, "old"))
    first = make_publication(1, "new")
    line.offer(first)
    assert line.learn(NOTHING_YET) == [first]


@pytest.mark.parametrize(
    ("cursor", "has_passed", "lives_apart"),
    [
        (Cursor("e1", 3), True, False),
        (Cursor("e1", 4), False, False),
        (Cursor("e1", 5), False, False),
        (Cursor("e2", 1), False, True),
        (NOTHING_YET, False, True),
    ],
)
def test_where_a_client_stands_beside_the_line(cursor, has_passed, lives_apart):
    line = make_line(4)
    assert (line.has_passed(cursor), line.lives_apart_from(cursor)) == (has_passed, lives_apart)
    for unknowing in (Line(every_one_counts=True), make_line(0, epoch="")):
        assert not unknowing.has_passed(cursor)
        assert not unknowing.lives_apart_from(cursor)


def test_a_gap_waits_for_the_history():
    line = make_line(4)
    missing, late = make_publication(5), make_publication(6)
    assert line.offer(late) == []
    assert line.has_gap
    assert line.fill(late.cursor, [missing, late]) == [missing, late]
    assert not line.has_gap


def test_what_waits_beyond_the_history_follows_it():
    line = make_line(4)
    fifth, sixth, seventh = (make_publication(offset) for offset in (5, 6, 7))
    assert line.offer(seventh) == []
    assert line.offer(sixth) == []
    assert line.fill(fifth.cursor, [fifth]) == [fifth, sixth, seventh]


def test_of_a_state_the_newest_is_passed_on_whatever_lies_between():
    line = make_line(4, every_one_counts=False)
    newest = make_publication(9)
    assert line.offer(newest) == [newest]
    assert line.offer(make_publication(8)) == []
    assert not line.has_gap
    top = make_publication(12)
    assert line.fill(top.cursor, [top]) == [top]


def test_states_that_waited_and_are_older_than_what_was_read_are_nothing():
    line = Line(every_one_counts=False)
    line.offer(make_publication(3))
    assert line.learn(Cursor("e1", 5)) == []


def test_an_unnumbered_publication_passes_at_once():
    line = Line(every_one_counts=False)
    tick = make_publication(0, "")
    assert line.offer(tick) == [tick]


def test_another_life_is_a_gap_until_the_history_says_that_it_is_none():
    line = make_line(4)
    assert line.offer(make_publication(1, "e2")) == []
    assert line.has_gap
    line.nothing_missing()
    assert not line.has_gap


@pytest.mark.parametrize(
    ("top", "found"),
    [
        (Cursor("e2", 1), [make_publication(1, "e2")]),
        (Cursor("e1", 7), [make_publication(7)]),
        (Cursor("e1", 7), []),
        (Cursor("e1", 6), [make_publication(5, "e2"), make_publication(6, "e2")]),
    ],
)
def test_where_the_history_cannot_fill_the_gap_everybody_must_read_anew(top, found):
    line = make_line(4)
    line.offer(make_publication(9, "e3"))
    assert line.fill(top, found) is None
    assert line.last == top
    assert not line.has_gap


def test_nobody_read_the_topic_so_there_is_nothing_to_fill():
    line = Line(every_one_counts=True)
    assert line.fill(Cursor("e1", 1), [make_publication(1)]) is None


def test_what_waits_is_bounded(monkeypatch):
    monkeypatch.setattr(line_module, "WAITING", 2)
    line = make_line(0)
    for offset in (2, 3, 4):
        line.offer(make_publication(offset))
    first = make_publication(1)
    assert [p.offset for p in line.offer(first) or line.fill(first.cursor, [first])] == [1, 2, 3]


class LineMachine(RuleBasedStateMachine):
    """Nudges come in any order, twice or never; the history is asked now and then, is trimmed, and may begin anew."""

    @initialize(every_one_counts=st.booleans(), published=st.integers(0, 3))
    def begin(self, every_one_counts, published):
        self.history = HistoryModel(every_one_counts)
        self.line = Line(every_one_counts)
        self.nudges: list[Publication] = []
        self.passed: list[Publication] = []
        self.published = 0
        self.read: Cursor | None = None
        for _ in range(published):
            self.publish()

    @rule()
    def publish(self):
        self.published += 1
        self.nudges.append(self.history.publish(self.published))

    @precondition(lambda self: self.nudges)
    @rule(data=st.data(), twice=st.booleans())
    def nudge(self, data, twice):
        at = data.draw(st.integers(0, len(self.nudges) - 1))
        self._pass_on(self.line.offer(self.nudges[at] if twice else self.nudges.pop(at)))

    @precondition(lambda self: self.nudges)
    @rule()
    def nudges_are_lost(self):
        self.nudges.clear()

    @precondition(lambda self: self.read is None)
    @rule()
    def a_reader_reads(self):
        self.read = self.history.top

    @precondition(lambda self: self.read is not None and self.line.last is None)
    @rule()
    def a_reader_tells(self):
        self._begin_at(self.read)
        self._pass_on(self.line.learn(self.read))

    @precondition(lambda self: self.line.last is not None)
    @rule()
    def look(self):
        found = self.history.beyond(self.line.last)
        if found is None:
            self.line.nothing_missing()
            return
        filled = self.line.fill(found.top, found.publications)
        if filled is None:
            self._begin_at(found.top)
        else:
            self._pass_on(filled)

    @rule(keep=st.integers(0, 3))
    def trim(self, keep):
        self.history.trim(keep)

    @precondition(lambda self: self.history.top.epoch)
    @rule()
    def begin_anew(self):
        self.history.begin_anew()

    def _begin_at(self, cursor: Cursor) -> None:
        self.passed, self.at = [], cursor

    def _pass_on(self, publications: list[Publication]) -> None:
        for publication in publications:
            if self.history.every_one_counts:
                assert publication.offset == self.at.offset + 1
            assert publication.offset > self.at.offset
            assert publication.epoch == self.at.epoch or self.at == NOTHING_YET
            self.at = publication.cursor

    @invariant()
    def the_line_stands_at_what_it_passed_on(self):
        if self.line.last is not None:
            assert self.line.last == self.at

    def teardown(self):
        if getattr(self, "line", None) is None or self.line.last is None:
            return
        self.look()
        if self.history.top.epoch:
            assert self.line.last == self.history.top
            assert not self.line.has_gap


TestLineMachine = LineMachine.TestCase
TestLineMachine.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
