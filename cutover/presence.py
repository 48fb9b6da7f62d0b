"""This process among those that live: its row is written every few seconds, and as soon as its dashboards answer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import structlog
from django.db import transaction
from django.utils import timezone

from cutover import processes, use
from cutover.models import StageMove
from cutover.polls import polls
from cutover.roll import Present, Roll, call_roll, has_answered, in_canary, newer
from cutover.selectors import stages_now
from realtime import history
from realtime.contract import NOTHING_YET, Cursor
from realtime.hub import Hub, hub_here
from realtime.publisher import publish

log = structlog.get_logger(__name__)

TOPIC = "stages"
EVERY_SECONDS = 10.0
LOOK_SECONDS = 1.0
BREATH_SECONDS = 0.2
"""So long at least between two rows: five a second at most."""
MOST_ANSWERS = 10_000


class Dashboard(Protocol):
    """An open socket, as the roll call sees it."""

    opened_at: datetime

    @property
    def present(self) -> Present | None:
        """None where it does not follow the stages, or is the probe's."""


class Answer:
    """An acknowledgement: of which stages, by a dashboard that was open since when, and when it came."""

    __slots__ = ("at", "cursor", "opened_at")

    def __init__(self, cursor: Cursor, opened_at: datetime, at: datetime) -> None:
        self.cursor, self.opened_at, self.at = cursor, opened_at, at


class Presence:
    """It belongs to the loop of its hub, and ends with it. What touches the database runs in the hub's pool."""

    def __init__(self, hub: Hub, clock: Callable[[], datetime] = timezone.now) -> None:
        self.dashboards: set[Dashboard] = set()
        self._hub, self._clock = hub, clock
        self._changed = asyncio.Event()
        self._answers: deque[Answer] = deque(maxlen=MOST_ANSWERS)
        self._written: Roll | None = None
        self._written_at = 0.0
        self._last: Answer | None = None
        self._stored = NOTHING_YET

    def enter(self, dashboard: Dashboard) -> None:
        self.dashboards.add(dashboard)
        self._changed.set()

    def leave(self, dashboard: Dashboard) -> None:
        self.dashboards.discard(dashboard)
        self._changed.set()

    def answer(self, dashboard: Dashboard, cursor: Cursor) -> None:
        """It has applied the stages at this cursor."""
        self._answers.append(Answer(cursor, dashboard.opened_at, self._clock()))
        self._changed.set()

    async def live(self) -> None:
        """Write the row at once, every EVERY_SECONDS, and as soon as anything changes; take it away at the end."""
        try:
            while True:
                await self._write_or_tell()
                await asyncio.sleep(BREATH_SECONDS)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._changed.wait()
        finally:
            with contextlib.suppress(Exception):
                await self._hub.pool.run(processes.forget, processes.here().name)

    async def _write_or_tell(self) -> None:
        self._changed.clear()
        try:
            await self.write()
        except Exception as fault:  # noqa: BLE001 - a database that is away must not end the roll call
            log.warning("presence_not_written", fault=repr(fault))
            self._written = None

    async def write(self) -> None:
        """The row, where anything differs from what it has or it grows old; and what was counted of REST."""
        if use.is_waiting():
            await self._hub.pool.run(use.flush, time.monotonic())
        now = self._clock()
        present = [one for one in (dashboard.present for dashboard in self.dashboards) if one is not None]
        asked = polls.answered(now)
        is_due = asyncio.get_running_loop().time() - self._written_at >= EVERY_SECONDS
        if self._written is not None and not is_due and not self._differs(present, asked):
            return
        answers, self._answers = list(self._answers), deque(maxlen=MOST_ANSWERS)
        try:
            self._written = await self._hub.pool.run(self._record, present, asked, answers, now)
        except Exception:
            self._answers.extendleft(reversed(answers))
            raise
        self._written_at = asyncio.get_running_loop().time()

    def _differs(self, present: Sequence[Present], asked: Sequence[Cursor]) -> bool:
        """Whether what can be known without the database is another than what was written."""
        newest = self._newest(asked, self._stored)
        before = self._written
        return before is None or (
            (str(newest), len(present), len(asked)) != (before.cursor, before.dashboards, before.polling)
            or sum(has_answered(one.acknowledged, newest) for one in present) != before.answered
            or sum(has_answered(cursor, newest) for cursor in asked) != before.polling_answered
        )

    def _newest(self, asked: Sequence[Cursor], stored: Cursor) -> Cursor:
        """The newest stages that this process knows of."""
        room = self._hub.rooms.get(TOPIC)
        newest = newer(stored, room.line.last if room is not None else None) or stored
        for cursor in asked:
            newest = newer(newest, cursor) or newest
        return newest

    def _record(
        self, present: Sequence[Present], asked: Sequence[Cursor], answers: Sequence[Answer], now: datetime
    ) -> Roll:
        self._stored = history.top_of(TOPIC)
        newest = self._newest(asked, self._stored)
        roll = call_roll(present, asked, newest, in_canary(stages_now().stages))
        moved_at = StageMove.objects.order_by("-id").values_list("at", flat=True).first()
        self._last = last_answer([*answers, *([self._last] if self._last else [])], newest, moved_at)
        with transaction.atomic():
            processes.record(processes.SERVER, now, answered_at=self._last.at if self._last else None, **_fields(roll))
            if roll != self._written:
                publish("answers", [{}])
        return roll


def last_answer(answers: Collection[Answer], newest: Cursor, moved_at: datetime | None) -> Answer | None:
    """The last that answered these stages of those that were open when they changed: who came later is not waited for."""
    timely = [
        answer
        for answer in answers
        if has_answered(answer.cursor, newest) and moved_at is not None and answer.opened_at <= moved_at
    ]
    return max(timely, key=lambda answer: answer.at, default=None)


def _fields(roll: Roll) -> dict[str, Any]:
    return {name: getattr(roll, name) for name in Roll.__dataclass_fields__}


_present: WeakKeyDictionary[Hub, Presence] = WeakKeyDictionary()


def presence_here() -> Presence:
    """The presence of the running loop's hub."""
    return presence_of(hub_here())


def presence_of(hub: Hub) -> Presence:
    """It begins with its first use."""
    presence = _present.get(hub)
    if presence is None:
        presence = _present[hub] = Presence(hub)
        hub.keep(presence.live())
    return presence
