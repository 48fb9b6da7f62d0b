"""Reads REST, now and then twice, and compares what it shows with what the socket brought; what is still to come is waited for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from cutover.plans import Plan
from cutover.probe.answers import Answer, Shown, UnreadableAnswer, contradict, shown_of
from cutover.probe.book import Book
from cutover.probe.client import Client, NoAnswer
from cutover.probe.comparing import Terms, Verdict, Wait, missing_in_rest, verdict_on
from cutover.probe.reads import Target, in_turn, is_superseded, targets_of
from realtime.features import Match

log = structlog.get_logger(__name__)

MOST_READS = 20
DOUBLE_EVERY = 5
"""Each target's first read of so many is doubled, to know how much REST differs from itself."""
FOUND = frozenset({200, 204, 404})
"""Answers that say what is there, or that nothing is."""


@dataclass(frozen=True, slots=True)
class Read:
    """One target as it was answered. `is_noise`: two reads at one version differ; None where there were no two of one."""

    target: Target
    answer: Answer
    shown: Mapping[str, Shown]
    is_noise: bool | None


@dataclass(frozen=True, slots=True)
class Compared:
    """`as_of`: the moment that REST says its payload describes, where it does."""

    feature: str
    topic: str
    verdict: Verdict
    as_of: datetime | None = None


@dataclass(slots=True)
class Reader:
    """Keeps whose turn it is, what is waited for, and what REST did not show once (the second time it counts)."""

    turns: dict[str, int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)
    visits: Counter[str] = field(default_factory=Counter)
    waits: dict[str, Wait] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)

    def read(self, client: Client, plans: Sequence[Plan], matches: Mapping[str, Match], budget: float) -> list[Read]:
        """As many targets as can be read within so many seconds; a server that does not answer is not asked again."""
        until, reads = time.monotonic() + budget, []
        targets = [target for plan in plans for target in targets_of(plan, _of(plan, matches))]
        for target in in_turn(targets, self.turns, MOST_READS, self.last):
            is_double = self._begin(target)
            try:
                found = _read(client, target, is_double)
            except NoAnswer as fault:
                log.warning("probe.no_answer", fault=str(fault))
                break
            if found is not None:
                reads.append(found)
            if time.monotonic() > until:
                break
        return reads

    def _begin(self, target: Target) -> bool:
        """It is its turn; whether it is read twice."""
        self.turns[target.feature] = self.turns.get(target.feature, 0) + 1
        self.last[target.feature] = max(self.last.values(), default=0) + 1
        self.visits[target.path] += 1
        return (self.visits[target.path] - 1) % DOUBLE_EVERY == 0

    def compare(self, reads: Sequence[Read], book: Book, plans: Mapping[str, Plan], now: float) -> Iterator[Compared]:
        """What is settled; `now` in seconds on a wall clock."""
        for topic, wait in list(self.waits.items()):
            if topic in book.entries:
                yield from self._settled(topic, wait.shown, wait.since, book, plans, now)
            else:
                del self.waits[topic]
        for read in reads:
            for topic in read.target.topics:
                if topic in book.entries and topic not in self.waits and not read.is_noise:
                    yield from self._of_read(topic, read, book, plans, now)

    def _of_read(self, topic: str, read: Read, book: Book, plans: Mapping[str, Plan], now: float) -> Iterator[Compared]:
        shown = read.shown.get(topic)
        if shown is not None:
            self.absent.discard(topic)
            yield from self._settled(topic, shown, read.answer.asked_at, book, plans, now, read.answer.as_of)
            return
        matches = {name: entry.match for name, entry in book.entries.items()}
        newest = book.entries[topic].folded.newest
        if newest is None or newest.came_at >= read.answer.asked_at or is_superseded(topic, read.shown, matches):
            self.absent.discard(topic)
        elif topic not in self.absent:
            self.absent.add(topic)
        elif verdict := missing_in_rest(book.entries[topic].folded):
            yield Compared(read.target.feature, topic, verdict)

    def _settled(  # noqa: PLR0913, PLR0917 - both sides, and on what terms
        self,
        topic: str,
        shown: Shown,
        since: float,
        book: Book,
        plans: Mapping[str, Plan],
        now: float,
        as_of: datetime | None = None,
    ) -> Iterator[Compared]:
        entry = book.entries[topic]
        plan = plans[entry.feature]
        found = verdict_on(entry.folded, shown, since, Terms(plan.rules, plan.patience.total_seconds(), now))
        if isinstance(found, Wait):
            self.waits[topic] = found
            return
        self.waits.pop(topic, None)
        yield Compared(entry.feature, topic, found, as_of)


def _of(plan: Plan, matches: Mapping[str, Match]) -> dict[str, Match]:
    return {topic: match for topic, match in matches.items() if match.feature.name == plan.feature}


def _read(client: Client, target: Target, is_double: bool) -> Read | None:
    """None where the answer tells nothing: an error, or a body that docs/protocol.md does not describe."""
    before = client.read(target.path) if is_double else None
    answer = client.read(target.path)
    if answer.status not in FOUND or (before is not None and before.status not in FOUND):
        log.warning("probe.rest_refused", path=target.path, status=answer.status)
        return None
    try:
        shown = {} if answer.status == 404 else shown_of(answer, target.topics)
        return Read(target, answer, shown, None if before is None else contradict(before, answer))
    except UnreadableAnswer as fault:
        log.warning("probe.rest_unreadable", path=target.path, fault=str(fault))
        return None
