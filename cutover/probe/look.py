"""One look after the other: what came by the socket, what REST shows, what the status says, written as evidence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from cutover import evidence, sessions
from cutover.evidence import Seen, Stay
from cutover.figures import Figures
from cutover.parity import Outcome
from cutover.plans import SHORTEST_PATIENCE, Plan, plans
from cutover.probe.book import Book
from cutover.probe.client import Client, NoAnswer
from cutover.probe.hours import Hours
from cutover.probe.inquiry import Inquiry, Storm
from cutover.probe.load import Load
from cutover.probe.observing import Stretch, tell_freshness, tell_heard, tell_verdict
from cutover.probe.parity_reads import Compared, Read, Reader
from cutover.probe.socket import End
from cutover.probe.tally import Place, Tally
from cutover.probe.target import base_url
from cutover.sessions import Session
from jobs.completions import last_completed_by_feature
from realtime.features import Match, features, match

log = structlog.get_logger(__name__)

ASK_STATUS_EVERY = timedelta(seconds=2)
LEAST_BUDGET, MOST_BUDGET = 0.2, 2.0
MOST_SEEN = 200
"""So many differences wait to be written while the database is away."""
EQUAL = frozenset({Outcome.MATCH, Outcome.NOT_COMPARABLE})
Clock = Callable[[], datetime]


class LookOvertaken(Exception):
    """The look before is still at work: it waits for a server that does not answer."""


@dataclass(slots=True)
class Before:
    """What the look before left: when it was, in which stays, and whether the socket stood."""

    wall: datetime
    market: datetime
    stays: Mapping[str, Stay]
    stood: bool


@dataclass(slots=True)
class Unwritten:
    """What is still to be written, and since when it was gathered."""

    figures: dict[tuple[Stay, Session], Figures] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    since: datetime | None = None


class Probe:
    """The probe of one process. `every`: from one look to the next; whoever is not called for `patience` ends by itself."""

    def __init__(self, every: timedelta, clock: Clock, base: Callable[[], str] = base_url) -> None:
        self.patience = max(3 * every, SHORTEST_PATIENCE)
        self._budget = min(MOST_BUDGET, max(LEAST_BUDGET, every.total_seconds()))
        self._clock, self._base = clock, base
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._book, self._reader, self._inquiry, self._load = Book(), Reader(), Inquiry(), Load()
        self._before: Before | None = None
        self._since: datetime | None = None
        self._answered: dict[str, datetime] = {}
        self._asked_status: datetime | None = None
        self._unwritten = Unwritten()

    def look(self) -> Storm | None:
        """Look once, and write what was seen; the reconnect storm, if that is known."""
        if not self._lock.acquire(blocking=False):
            raise LookOvertaken(LookOvertaken.__doc__)
        try:
            return self._look()
        finally:
            self._lock.release()

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _look(self) -> Storm | None:
        client = self._client_now()
        if client.socket is not None:
            client.socket.keep()
        now = self._clock()
        look = Look(self._hours(), now, self._stretch(now), evidence.stays())
        matches = matches_of(client.pass_at(now).user, look.plans)
        heard = self._book.take_all(client.take())
        dropped = self._mend(client, matches)
        reads = self._reader.read(client, list(look.plans.values()), matches, self._budget)
        heard += self._book.take_all(client.take())
        tell_heard(look.tally, heard, look.every, look.stretch, look.place)
        self._tell_reads(look, reads)
        self._tell_state(look, client, dropped)
        self._remember(look, client)
        self._write(now)
        return self._inquiry.storm(now.timestamp())

    def _client_now(self) -> Client:
        base = self._base()
        if self._client is None or self._client.base_url != base:
            self.close()
            self._client = Client(base, self.patience.total_seconds(), lambda: self._clock().timestamp())
        return self._client

    def _hours(self) -> Hours:
        return Hours(sessions.current())

    def _stretch(self, now: datetime) -> Stretch:
        market, before = sessions.current().market_time(now), self._before
        if before is None or now - before.wall > self.patience or self._since is None:
            self._since, self._before = now, None
            return Stretch(now, now, market, market)
        return Stretch(before.wall, now, before.market, market)

    def _mend(self, client: Client, matches: Mapping[str, Match]) -> bool:
        """A socket where there is none, for these topics; whether one was lost."""
        client.see_to_socket()
        new, gone = self._book.follow(matches)
        socket = client.socket
        if socket is not None and socket.end is None and not socket.is_leaving:
            socket.subscribe(new)
            socket.unsubscribe(gone)
            return False
        ended = client.ended
        if ended is End.FLOODED:
            log.warning("probe.flooded")
            self._book.forget()
        self._book.reconnected()
        client.come_in(self._book.cursors())
        return ended is End.LOST

    def _tell_reads(self, look: Look, reads: list[Read]) -> None:
        for read in reads:
            self._answered[read.target.feature] = look.now
            place = look.place(read.target.feature, read.answer.as_of or look.stretch.market_until)
            if read.is_noise is not None:
                look.tally.count_open(read.target.feature, place, noise_checks=1)
                look.tally.count(read.target.feature, place, noise=int(read.is_noise))
        for one in self._reader.compare(reads, self._book, look.plans, look.now.timestamp()):
            place = look.place(one.feature, one.verdict.as_of or one.as_of or look.stretch.market_until)
            tell_verdict(look.tally, one.feature, one.verdict, place)
            if one.verdict.outcome not in EQUAL and len(self._unwritten.seen) < MOST_SEEN:
                self._unwritten.seen.append(seen_of(one, place))

    def _tell_state(self, look: Look, client: Client, dropped: bool) -> None:
        """What holds of all features at this moment."""
        errors, runs = self._errors(look, client), last_completed_by_feature()
        cost = self._load.cost(look.now, look.stretch.wall)
        polls = self._load.polls(look.stretch.market_until.date())
        for plan in look.plans.values():
            place = look.place(plan.feature, look.stretch.market_until)
            look.tally.count_open(
                plan.feature,
                place,
                looks=1,
                drops=int(dropped),
                cpu_ms=cost.cpu_ms,
                client_ms=cost.client_ms,
                **polls.get(plan.feature, {}),
            )
            look.tally.count(plan.feature, place, errors=errors)
            look.tally.most(plan.feature, place, rss_bytes=cost.rss_bytes)
            since = self._since or look.now
            tell_freshness(look.tally, plan.feature, place, runs.get(plan.feature), since, look.now, plan.patience)
            if self._covers(plan, look, client, dropped):
                look.cover(plan)

    def _errors(self, look: Look, client: Client) -> int:
        if self._asked_status is not None and look.now - self._asked_status < ASK_STATUS_EVERY:
            return 0
        self._asked_status = look.now
        try:
            status = client.status()
        except NoAnswer as fault:
            log.warning("probe.no_status", fault=str(fault))
            return 0
        return 0 if status is None else self._inquiry.take(status, look.now.timestamp())

    def _covers(self, plan: Plan, look: Look, client: Client, dropped: bool) -> bool:
        """Whether nothing since the look before can have been missed: socket and REST were there."""
        answered = self._answered.get(plan.feature)
        return (
            self._before is not None
            and self._before.stood
            and client.stands
            and not dropped
            and answered is not None
            and look.now - answered <= self.patience
        )

    def _remember(self, look: Look, client: Client) -> None:
        stays_before = self._before.stays if self._before is not None else {}
        for (feature, session), figures in look.figures().items():
            stay = stays_before.get(feature) or look.stays[feature]
            kept = self._unwritten.figures.get((stay, session), Figures())
            self._unwritten.figures[stay, session] = kept + figures
        if self._unwritten.since is None:
            self._unwritten.since = look.stretch.wall_since
        stands = client.stands or (client.socket is not None and client.socket.succeeds)
        self._before = Before(look.now, look.stretch.market_until, look.stays, stands)

    def _write(self, now: datetime) -> None:
        """All or nothing; what cannot be written waits for the next look."""
        waiting = self._unwritten
        with transaction.atomic():
            for (stay, session), figures in waiting.figures.items():
                evidence.add(stay.feature, session, figures, now, stay, since=waiting.since)
            evidence.record_mismatches(waiting.seen, now)
        self._unwritten = Unwritten()


class Look:
    """What one look works on: the plans whose features are not off, the hours, the stretch since the look before, a tally."""

    def __init__(self, hours: Hours, now: datetime, stretch: Stretch, stays: Mapping[str, Stay]) -> None:
        self.now, self.stretch, self.stays, self.tally = now, stretch, stays, Tally()
        self.plans = {plan.feature: plan for plan in plans() if plan.feature in stays}
        self.every = {plan.feature: plan.every for plan in self.plans.values()}
        self._hours = hours

    def place(self, feature: str, at: datetime) -> Place:
        return self._hours.place(self.plans[feature].calendar, at)

    def cover(self, plan: Plan) -> None:
        """All of every session between the look before and this one."""
        for place, ms in self._hours.covered_ms(plan.calendar, self.stretch.market_since, self.stretch.market_until):
            self.tally.count(plan.feature, place, covered_ms=ms)

    def figures(self) -> dict[tuple[str, Session], Figures]:
        """What was counted, and for each feature at least an empty word that somebody looked."""
        found = dict(self.tally.figures())
        for feature in self.plans:
            session = self.place(feature, self.stretch.market_until).session
            if session is not None:
                found.setdefault((feature, session), Figures())
        return found


def matches_of(user: object, planned: Mapping[str, Plan]) -> dict[str, Match]:
    """The topics of the planned features on this user's dashboard."""
    names = [topic for feature in features() if feature.name in planned for topic in feature.topics_for(user)]
    found = {name: match(name) for name in names}
    return {name: one for name, one in found.items() if one is not None and one.feature.name in planned}


def seen_of(one: Compared, place: Place) -> Seen:
    """A difference as it is kept."""
    return Seen(
        feature=one.feature,
        topic=one.topic,
        cursor=str(one.verdict.cursor),
        outcome=one.verdict.outcome,
        rest=one.verdict.rest,
        socket=one.verdict.socket,
        fields=one.verdict.comparison.fields,
        rule=one.verdict.comparison.rule,
        session=place.session.date if place.session is not None else None,
    )
