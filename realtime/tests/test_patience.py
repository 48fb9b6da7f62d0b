"""Whether to wait for the layer: not again after it was late, until a message gets through."""

from __future__ import annotations

from realtime.patience import Patience


def test_one_waits_for_a_layer_that_answers():
    patience = Patience(0.2)
    assert patience.wait == 0.2
    assert not patience.got_through(patience.begin())
    assert patience.wait == 0.2


def test_after_one_late_message_nobody_waits_until_one_gets_through():
    patience = Patience(0.2)
    assert patience.late(patience.begin())
    assert patience.wait == 0.0
    assert not patience.late(patience.begin())
    assert patience.got_through(patience.begin())
    assert patience.wait == 0.2


def test_while_nobody_waits_only_so_many_are_under_way():
    patience = Patience(0.2, most=2)
    assert patience.admits(5)
    patience.late(patience.begin())
    assert patience.admits(1)
    assert not patience.admits(2)
    patience.got_through(patience.begin())
    assert patience.admits(2)


def test_an_older_message_that_is_late_says_nothing_after_a_newer_one_got_through():
    patience = Patience(0.2)
    older, newer = patience.begin(), patience.begin()
    patience.got_through(newer)
    assert not patience.late(older)
    assert patience.wait == 0.2
