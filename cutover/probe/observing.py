"""Puts what was heard, compared and read into the tally: what counts at any hour, and what only in market hours; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cutover.parity import Outcome
from cutover.probe.book import Heard
from cutover.probe.comparing import Verdict
from cutover.probe.tally import Place, Places, Tally

MILLISECOND = timedelta(milliseconds=1)
LATE = 1.5
COUNTED_AS = {
    Outcome.MATCH: "matches",
    Outcome.MISMATCH: "mismatches",
    Outcome.IGNORED: "ignored",
    Outcome.MISSING_REST: "missing_rest",
    Outcome.MISSING_SOCKET: "missing_socket",
    Outcome.STALE: "stale_rest",
    Outcome.NOT_COMPARABLE: "not_comparable",
}
ONLY_OPEN = frozenset({Outcome.MATCH, Outcome.NOT_COMPARABLE})
"""A fault at night is not forgotten; that all was well then proves nothing."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one look to the next, on the wall and in the market, whose clock may be a replay's."""

    wall_since: datetime
    wall_until: datetime
    market_since: datetime
    market_until: datetime

    @property
    def wall(self) -> timedelta:
        return self.wall_until - self.wall_since

    @property
    def pace(self) -> float:
        """How many seconds of the market pass in one on the wall; at least 1."""
        market = (self.market_until - self.market_since).total_seconds()
        wall = self.wall.total_seconds()
        return max(1.0, market / wall) if wall > 0 else 1.0

    def lag_ms(self, as_of: datetime, came_at: float) -> float:
        """From the moment that a message describes to its arrival, on the wall."""
        ahead = (as_of - self.market_until).total_seconds() / self.pace
        return max(0.0, (came_at - self.wall_until.timestamp() - ahead) * 1000)


def tell_heard(
    tally: Tally, heard: Iterable[Heard], every: Mapping[str, float], stretch: Stretch, place: Places
) -> None:
    """`every`: by planned feature, the interval of its job in seconds; others are not told."""
    for one in heard:
        for feature in [one.feature] if one.feature else every:
            if feature in every:
                _tell(tally, feature, one, every[feature], stretch, place)


def _tell(tally: Tally, feature: str, heard: Heard, every: float, stretch: Stretch, places: Places) -> None:  # noqa: PLR0913, PLR0917
    place = places(feature, heard.as_of or stretch.market_until)
    if heard.fault:
        tally.count(feature, place, faulty=1)
    if heard.gaps:
        tally.count(feature, place, gaps=heard.gaps)
    if not heard.is_live or heard.as_of is None:
        return
    tally.count_open(feature, place, frames=1)
    tally.lag(feature, place, stretch.lag_ms(heard.as_of, heard.came_at))
    if heard.interval is not None and heard.before is not None and places(feature, heard.before) == place:
        _tell_interval(tally, feature, place, heard.interval, every)


def _tell_interval(tally: Tally, feature: str, place: Place, interval: float, every: float) -> None:
    ms = round(interval * 1000)
    late = int(interval > LATE * every)
    tally.count_open(feature, place, intervals=1, interval_ms=ms, interval_ms_squared=ms * ms, late_intervals=late)


def tell_verdict(tally: Tally, feature: str, verdict: Verdict, place: Place) -> None:
    amount = {COUNTED_AS[verdict.outcome]: 1}
    if verdict.outcome in ONLY_OPEN:
        tally.count_open(feature, place, **amount)
    else:
        tally.count(feature, place, **amount)
    if verdict.outcome is Outcome.MATCH:
        tally.state(feature, place, verdict.state)


def tell_freshness(  # noqa: PLR0913, PLR0917 - what is known of a job's last run
    tally: Tally,
    feature: str,
    place: Place,
    last_run: datetime | None,
    since: datetime,
    now: datetime,
    patience: timedelta,
) -> None:
    """Is the last completed run too old? What happened before somebody watched, since `since`, is not held against it."""
    age = now - max(since, last_run or since)
    if age > patience:
        tally.count_open(feature, place, stale_looks=1)
        tally.most(feature, place, stale_ms=age // MILLISECOND)
