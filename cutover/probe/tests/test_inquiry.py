"""Errors and broken sockets by what the status says of them, process by process."""

from __future__ import annotations

import pytest

from cutover.probe.inquiry import Inquiry, SocketsSeen, StatusSeen, Storm, broken_of


def status(process: int = 1, errors: int = 0, connections: int = 10, **closed: int) -> StatusSeen:
    return StatusSeen(process, SocketsSeen(connections, {code[1:]: n for code, n in closed.items()}), errors)


@pytest.fixture
def inquiry():
    return Inquiry()


def test_errors_count_from_the_first_answer_on(inquiry):
    assert [inquiry.take(status(errors=n), float(n)) for n in (5, 5, 8)] == [0, 0, 3]


def test_each_process_counts_for_itself_and_a_restarted_one_begins_anew(inquiry):
    answers = [status(1, 5), status(2, 1), status(1, 6), status(2, 1), status(1, 0), status(1, 2)]
    assert [inquiry.take(one, 1.0) for one in answers] == [0, 0, 1, 0, 0, 2]


def test_a_storm_is_what_broke_within_a_minute(inquiry):
    assert inquiry.storm(0.0) is None
    for at, broken in ((0.0, 3), (30.0, 8), (60.0, 9), (90.0, 12)):
        inquiry.take(status(connections=int(at), _1006=broken, _1001=1000), at)
    assert inquiry.storm(90.0) == Storm(broken=4, connections=90)
    inquiry.take(status(2, connections=5, _1011=7), 91.0)
    assert inquiry.storm(91.0) == Storm(4, 95)
    assert inquiry.storm(200.0) is None


def test_fewer_broken_than_before_is_another_life_of_the_process(inquiry):
    inquiry.take(status(_1006=9), 1.0)
    inquiry.take(status(_1006=2), 2.0)
    assert inquiry.storm(2.0) == Storm(0, 10)


def test_who_left_or_was_sent_away_did_not_break():
    assert broken_of({"1000": 1, "1001": 2, "4000": 4, "4501": 8, "1006": 16, "4008": 32, "4029": 64}) == 112
