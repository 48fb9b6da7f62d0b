"""Those in step share frames and writes; those apart are told one by one; nobody is told twice or not at all."""

from __future__ import annotations

import pytest

from realtime.contract import Cursor
from realtime.frames import Ready
from realtime.room import TICK_SECONDS, Room
from realtime.subscriber import Subscription
from realtime.tests.browsers import SlowTime
from realtime.tests.lines import make_publication
from realtime.tests.test_subscriber import find


class Listener:
    """`poured` is what it was written in step, each write a list; `told` are the offsets that it was told apart."""

    def __init__(self, unread: int = 10_000) -> None:
        self.unread = unread
        self.is_held = self.is_gone = False
        self.readies: list[Ready] = []
        self.told: list[int] = []
        self.on_pouring = self.on_telling = lambda: None

    @property
    def poured(self) -> list[list[str]]:
        return [list(ready.texts) for ready in self.readies]

    def pour(self, ready):
        self.on_pouring()
        self.readies.append(ready)
        return sum(len(text) for one in self.readies for text in one.texts)

    def overflows(self, buffered):
        return buffered > self.unread

    def pass_on(self, subscription, publication):
        self.told.append(publication.offset)
        subscription.cursor = publication.cursor
        self.on_telling()

    def read_anew(self, subscription):
        raise AssertionError("a room tells nobody to read anew")

    def hold_back(self):
        self.is_held = True

    def relieve(self):
        return True

    def going_away(self):
        self.is_gone = True


class Scene:
    """A room at offset 0 and a clock at a quiet moment."""

    def __init__(self) -> None:
        self.clock = SlowTime()
        self.clock.pass_by(60.0)
        self.room = Room(True, self.clock)
        self.room.line.learn(Cursor("e1", 0))
        self.published = 0

    def joined(self, **differing) -> tuple[Subscription, Listener]:
        """In step, where nothing else is said by `at` (None: has not read yet)."""
        at, listener = differing.pop("at", self.room.line.last), Listener(**differing)
        subscription = Subscription("e.1", find("e.1"), None, at)
        self.room.enter(subscription, listener)
        self.room.try_step(subscription)
        return subscription, listener

    def publish(self, count: int = 1) -> list[str]:
        """Heard in one piece; their texts."""
        publications = [make_publication(self.published + n + 1, topic="e.1") for n in range(count)]
        self.published += count
        self.room.pass_on([ready for publication in publications for ready in self.room.line.offer(publication)])
        return [publication.text for publication in publications]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_those_in_step_are_poured_the_same_bytes(scene):
    _, ann = scene.joined()
    _, bob = scene.joined()
    texts = scene.publish(2)
    assert ann.readies[0] is bob.readies[0]
    assert ann.poured == [texts]
    assert (ann.told, bob.told) == ([], [])


def test_the_frames_of_a_tick_go_out_together_at_its_end(scene):
    _, ann = scene.joined()
    first, second, third = scene.publish(), scene.publish(), scene.publish(2)
    assert ann.poured == [first]
    scene.clock.pass_by(TICK_SECONDS)
    assert ann.poured == [first, [*second, *third]]
    fourth = scene.publish()
    assert len(ann.poured) == 2
    scene.clock.pass_by(TICK_SECONDS)
    assert ann.poured[2:] == [fourth]
    scene.clock.pass_by(2 * TICK_SECONDS)
    fifth = scene.publish()
    assert ann.poured[3:] == [fifth]


def test_nothing_to_pass_on_is_nothing(scene):
    _, ann = scene.joined()
    scene.room.pass_on([])
    scene.room.flush()
    assert (ann.poured, ann.told) == ([], [])


def test_one_that_has_not_read_yet_is_told_apart_and_steps_in_where_it_meets_the_line(scene):
    _, ann = scene.joined(at=None)
    scene.publish(2)
    assert ann.told == [1, 2]
    texts = scene.publish()
    assert (ann.told, ann.poured) == ([1, 2], [texts])


def test_a_newcomer_is_not_poured_what_it_was_shown(scene):
    scene.joined()
    scene.publish()
    pending = scene.publish()
    _, bob = scene.joined()
    scene.clock.pass_by(TICK_SECONDS)
    assert (bob.poured, bob.told) == ([], []), pending


def test_one_that_leaves_is_poured_what_was_pending_and_knows_where_it_stands(scene):
    subscription, ann = scene.joined()
    texts = [scene.publish(), scene.publish()]
    scene.room.leave(subscription)
    assert ann.poured == texts
    assert subscription.cursor == Cursor("e1", 2)
    scene.room.leave(subscription)
    scene.room.fall_out(subscription)
    scene.publish()
    scene.clock.pass_by(1.0)
    assert (ann.poured, ann.told) == (texts, [])
    assert scene.room.listeners == {}


def test_one_that_falls_out_is_told_apart_from_there_on(scene):
    subscription, ann = scene.joined()
    scene.publish()
    scene.publish()
    scene.room.fall_out(subscription)
    ann.is_held = True
    scene.publish()
    assert len(ann.poured) == 2
    assert ann.told == [3]
    ann.is_held = False
    scene.publish()
    texts = scene.publish()
    scene.clock.pass_by(1.0)
    assert (ann.told, ann.poured[2:]) == ([3, 4], [texts])


def test_one_with_too_much_unread_is_held_back_and_the_others_are_not(scene):
    _, ann = scene.joined(unread=100)
    _, bob = scene.joined()
    scene.publish(5)
    assert (ann.is_held, bob.is_held) == (True, False)


def test_one_whose_writer_fails_goes_and_the_others_are_told(scene):
    def fail():
        raise ValueError("torn")

    _, ann = scene.joined()
    _, bob = scene.joined()
    ann.on_pouring = fail
    texts = scene.publish()
    assert (ann.is_gone, bob.is_gone, bob.poured) == (True, False, [texts])


def test_one_that_leaves_by_what_it_is_told_is_told_no_more(scene):
    subscription, ann = scene.joined(at=None)
    ann.on_telling = lambda: scene.room.leave(subscription)
    scene.publish(3)
    assert ann.told == [1]


def test_one_that_another_makes_leave_is_told_nothing(scene):
    _, ann = scene.joined(at=None)
    other, bob = scene.joined(at=None)
    ann.on_telling = lambda: scene.room.leave(other)
    scene.publish(2)
    assert (ann.told, bob.told) == ([1, 2], [])


def test_one_that_is_held_while_it_would_step_in_stays_apart(scene):
    """The writing of what is pending may hold back the newcomer itself: it is in other rooms too."""
    _, ann = scene.joined()
    bob = Listener()
    ann.on_pouring = lambda: setattr(bob, "is_held", True)
    scene.publish()
    scene.publish()
    bob.is_held = False
    subscription = Subscription("e.1", find("e.1"), None, scene.room.line.last)
    scene.room.enter(subscription, bob)
    scene.room.try_step(subscription)
    scene.publish()
    assert (bob.told, bob.poured) == ([3], [])


def test_an_unnumbered_message_moves_nobody(scene):
    subscription, ann = scene.joined()
    scene.publish()
    scene.room.pass_on(scene.room.line.offer(make_publication(0, "", "e.1")))
    scene.room.fall_out(subscription)
    assert len(ann.poured) == 2
    assert subscription.cursor == Cursor("e1", 1)
