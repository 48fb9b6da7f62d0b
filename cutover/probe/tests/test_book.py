"""What each frame was: live or not, faulty or not, in order or not; and whose."""

from __future__ import annotations

import pytest

from cutover.probe.book import Book
from cutover.probe.tests.makers import NOON, make_match, subscribed, text
from realtime.contract import ResetPayload, UnsubscribedPayload, control
from realtime.features import Delivery


def book(delivery=Delivery.STATE) -> Book:
    made = Book()
    made.follow({"bonds.X": make_match(delivery)})
    return made


def reset(epoch="e"):
    return control("reset", ResetPayload("bonds.X", epoch, 9, "the history no longer reaches back that far"))


def test_live_frames_have_an_interval_and_snapshots_have_none():
    seen = book()
    frames = [subscribed(1, 1), text(1, snapshot=True), text(2), text(3)]
    heard = seen.take_all(enumerate(frames))
    assert [(one.is_live, one.interval) for one in heard] == [(False, None), (True, None), (True, 1)]
    assert heard[-1].before == heard[-2].as_of


def test_across_two_sockets_there_is_no_interval():
    seen = book()
    seen.take(text(1), 1.0)
    seen.reconnected()
    assert seen.take(text(2), 9.0).interval is None


def test_an_event_topic_has_gaps_and_no_cadence():
    seen = book(Delivery.EVENT)
    heard = seen.take_all([(1.0, text(1)), (2.0, text(2)), (3.0, text(5)), (4.0, text(5))])
    assert [(one.gaps, one.interval) for one in heard] == [(0, None), (0, None), (2, None)]


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        (text(2, type="stocks"), "stocks"),
        (text(2, data={"isin": "X"}), "price"),
        (text(2, data={"isin": "X", "price": "much"}), "price"),
        (text(2, as_of=None), "as_of"),
        (text(2).replace("17:02:00Z", "17:02:00"), "as_of"),
    ],
)
def test_a_faulty_frame_says_what_is_wrong_and_leaves_no_gap(fault, named):
    seen = book(Delivery.EVENT)
    seen.take(text(1), 1.0)
    heard = seen.take(fault, 2.0)
    assert named in heard.fault
    assert (heard.feature, heard.is_live) == ("bonds", False)
    if heard.as_of is not None and heard.as_of.tzinfo is not None:
        assert seen.take(text(3), 3.0).gaps == 0


@pytest.mark.parametrize("noise", ["{", "[1]", '{"type": 5}', "", '{"type": "subscribed", "data": 5}'])
def test_what_is_no_frame_is_everybodys_fault(noise):
    heard = book().take(noise, 1.0)
    assert (heard.feature, bool(heard.fault)) == ("", True)


@pytest.mark.parametrize("type_", ["reset", "unsubscribed"])
def test_a_control_frame_without_its_fields_is_a_fault(type_):
    assert book().take(f'{{"type": "{type_}", "data": 5}}', 1.0).fault


@pytest.mark.parametrize(
    "other",
    [
        '{"type": "something_new", "data": 1}',
        text(1, topic="bonds.Y"),
        control("unsubscribed", UnsubscribedPayload("bonds.Y")),
        subscribed(1, 1).replace("bonds.X", "bonds.Y"),
        reset().replace("bonds.X", "bonds.Y"),
        '{"type": "error_message", "topic": "bonds.X", "data": {}}',
        "\xff",
    ],
)
def test_what_is_not_ours_tells_nothing(other):
    heard = book().take(other, 1.0)
    assert heard is None or heard.feature == ""


def test_unnumbered_messages_count_and_are_not_folded():
    seen = book()
    assert [seen.take(text(0), at).is_live for at in (1.0, 2.0)] == [True, True]
    assert seen.entries["bonds.X"].folded.cursor is None


def test_a_reset_is_a_gap_only_in_the_same_life_of_the_line():
    seen = book(Delivery.EVENT)
    assert seen.take(reset(), 1.0) is None, "nothing came before it"
    seen.take(text(1), 1.0)
    seen.take(subscribed(9, 0), 2.0)
    heard = seen.take(reset(), 2.0)
    assert (heard.gaps, heard.as_of) == (1, None)
    seen.take(text(10), 3.0)
    seen.take(subscribed(1, 0, epoch="f"), 4.0)
    assert seen.take(reset("f"), 4.0) is None, "the numbering began anew"


def test_topics_come_and_go():
    seen = book()
    seen.take(text(1), 1.0)
    assert seen.cursors() == {"bonds.X": "e:1"}
    assert seen.follow({"bonds.Y": make_match(isin="Y")}) == (["bonds.Y"], ["bonds.X"])
    assert seen.cursors() == {"bonds.Y": None}


def test_what_is_left_or_forgotten_is_read_anew():
    seen = book()
    for end in (lambda: seen.take(control("unsubscribed", UnsubscribedPayload("bonds.X")), 1.0), seen.forget):
        seen.take(text(1), 1.0)
        assert seen.cursors() == {"bonds.X": "e:1"}
        end()
        assert seen.cursors() == {"bonds.X": None}


def test_as_of_is_told():
    assert book().take(text(0), 1.0).as_of == NOON
