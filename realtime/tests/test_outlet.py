"""One client's back-pressure: held back at a bound, relieved once it has read, too slow after a while."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from realtime.backlog import EVENTS_WAITING, Outgoing, Weight
from realtime.outlet import PATIENCE_SECONDS, UNREAD_BYTES, Outlet, Relief, pieces
from realtime.tests.browsers import Wire

EVENT = Outgoing("event", Weight.EVENT, "e.1")
MUCH = Outgoing("x" * 11)


def make_outlet(**differing) -> tuple[Outlet, Wire]:
    wire = Wire()
    return Outlet(wire, **({"unread": 10, "patience": 5.0} | differing)), wire


def test_what_a_client_reads_is_written_at_once():
    outlet, wire = make_outlet()
    assert outlet.write(Outgoing("x" * 10), 0.0)
    assert (wire.read(), outlet.is_held, outlet.relieve(0.0)) == (["x" * 10], False, Relief.FLOWS)


def test_past_its_bound_it_is_held_and_what_comes_waits():
    outlet, wire = make_outlet()
    assert outlet.write(MUCH, 0.0)
    assert outlet.is_held
    assert outlet.write(Outgoing("s1", Weight.STATE, "s.1"), 1.0)
    assert outlet.write(EVENT, 1.0)
    assert outlet.write(Outgoing("s2", Weight.STATE, "s.1"), 1.0)
    assert outlet.relieve(4.9) is Relief.WAITS
    assert wire.read() == [MUCH.text]
    assert outlet.relieve(4.9) is Relief.FLOWS
    assert (wire.read(), outlet.is_held) == (["event", "s2"], False)


def test_only_so_many_events_wait():
    outlet, wire = make_outlet()
    outlet.hold(0.0)
    assert [outlet.write(EVENT, 0.0) for _ in range(EVENTS_WAITING + 1)] == [True] * EVENTS_WAITING + [False]
    outlet.relieve(0.0)
    assert len(wire.read()) == EVENTS_WAITING


def test_one_that_reads_nothing_is_too_slow_after_its_time():
    outlet, _ = make_outlet()
    outlet.write(MUCH, 1.0)
    outlet.hold(5.0)
    assert (outlet.relieve(5.9), outlet.relieve(6.0)) == (Relief.WAITS, Relief.TOO_SLOW)


def test_what_waited_may_be_too_much_again_and_its_time_begins_anew():
    outlet, wire = make_outlet()
    outlet.hold(0.0)
    outlet.write(MUCH, 0.0)
    assert outlet.relieve(4.0) is Relief.WAITS
    assert (outlet.is_held, outlet.relieve(8.0)) == (True, Relief.WAITS)
    wire.read()
    assert outlet.relieve(8.0) is Relief.FLOWS


def test_several_frames_go_out_in_one_piece():
    outlet, wire = make_outlet()
    outlet.send(["a", "b"], 0.0)
    assert (wire.read(), outlet.is_held) == (["a", "b"], False)
    outlet.send(["x" * 6, "y" * 6], 0.0)
    assert outlet.is_held


def test_unless_told_otherwise_it_has_64_kib_and_10_seconds():
    assert (UNREAD_BYTES, PATIENCE_SECONDS) == (65_536, 10.0)
    outlet = Outlet(Wire())
    assert [outlet.overflows(65_536), outlet.overflows(65_537)] == [False, True]


@given(st.lists(st.text()), st.integers(1, 20))
def test_pieces_are_all_the_texts_and_each_but_the_last_is_just_large_enough(texts, characters):
    cut = list(pieces(texts, characters))
    assert [text for piece in cut for text in piece] == texts
    assert all(piece and sum(map(len, piece[:-1])) < characters for piece in cut)
    assert all(sum(map(len, piece)) >= characters for piece in cut[:-1])
