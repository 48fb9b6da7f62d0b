"""Where moments of market time count, and how much of each session a stretch covers."""

from __future__ import annotations

from datetime import timedelta

from cutover.probe.hours import Hours
from cutover.probe.tally import Place
from cutover.probe.tests.makers import BEFORE, NOON, SESSION


class TwoDays:
    """A calendar of two sessions, which counts the questions."""

    def __init__(self, *sessions) -> None:
        self.sessions, self.questions = sessions, 0

    def market_time(self, now):
        return now

    def running(self, calendar, at):
        self.questions += 1
        return next((one for one in self.sessions if one.opens_at <= at < one.closes_at), None)

    def last(self, calendar, at):
        return max((one for one in self.sessions if one.closes_at <= at), key=lambda one: one.date, default=None)

    def coming(self, calendar, at):
        return next((one for one in self.sessions if one.opens_at > at), None)

    def between(self, calendar, since, until):
        return [one for one in self.sessions if one.opens_at < until and one.closes_at > since]


def test_each_session_and_each_pause_is_asked_for_once():
    calendar = TwoDays(BEFORE, SESSION)
    hours = Hours(calendar)
    night, long_ago = BEFORE.closes_at + timedelta(hours=1), BEFORE.opens_at - timedelta(days=9)
    for _ in range(3):
        assert hours.place("XNYS", NOON) == Place(SESSION, True)
        assert hours.place("XNYS", night) == hours.place("XNYS", BEFORE.closes_at) == Place(BEFORE, False)
        assert hours.place("XNYS", SESSION.closes_at) == Place(SESSION, False)
        assert hours.place("XNYS", long_ago) == Place(None, False)
    assert calendar.questions == 4
    assert Hours(TwoDays()).place("XNYS", NOON) == Place(None, False)


def test_a_stretch_covers_what_it_has_in_common_with_each_session():
    hours = Hours(TwoDays(BEFORE, SESSION))
    minute = timedelta(minutes=1)
    assert hours.covered_ms("XNYS", BEFORE.closes_at - minute, SESSION.opens_at + 2 * minute) == [
        (Place(BEFORE, True), 60_000),
        (Place(SESSION, True), 120_000),
    ]
    assert hours.covered_ms("XNYS", NOON, NOON) == hours.covered_ms("XNYS", NOON, NOON - minute) == []
