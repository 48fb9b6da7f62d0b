"""Celery as executor: sends each due time to its job's own queue, from a thread that may wait; a worker claims and runs it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import Any

import structlog
from celery import Celery, shared_task
from django.utils import timezone
from kombu import Connection, Producer, Queue

from jobs import claims
from jobs.execution import CLAIM_LIMIT, Clock, contained
from jobs.fence import visit
from jobs.registry import Declaration, JobFault, registry
from jobs.schedule import Due
from jobs.workplace import Workplace

log = structlog.get_logger(__name__)

TASK = "jobs.run"
SEND_AGAIN = timedelta(seconds=60)
"""A due time that nobody has claimed for so long is sent once more: its message may be lost with its queue."""
PATIENCE_SECONDS = 3.0
"""How long each step of sending may take."""
SENDING_OPTIONS = {
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
    "connect_retries_timeout": PATIENCE_SECONDS,
    "max_retries": 1,
}

workplace = Workplace()


@shared_task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator] # celery is not typed
def run(name: str, due_at: str) -> None:
    """What a worker does with a message: `due_at` in ISO 8601 with its offset; raises JobFault where that cannot be run."""
    workplace.run(due_from(name, due_at))


def due_from(name: str, due_at: str) -> Due:
    """The due time that a message tells; JobFault names what is wrong with it."""
    declaration = registry[name]
    try:
        at = datetime.fromisoformat(due_at)
    except (TypeError, ValueError):
        raise JobFault(f"job {name!r}: due_at={due_at!r} is no time in ISO 8601") from None
    if at.tzinfo is None:
        raise JobFault(f"job {name!r}: due_at={due_at!r} has no offset from UTC")
    return Due(declaration, at)


def queue_of(job: Declaration) -> Queue:
    """A job's own queue: what waits in it when the next due time comes was not heard, and is taken out."""
    return Queue(f"{TASK}.{job.name}", routing_key=f"{TASK}.{job.name}")


def jobs_of_workers() -> list[Declaration]:
    """What need not run in the heartbeat."""
    return [declaration for declaration in registry if not declaration.in_heartbeat]


def queues() -> list[Queue]:
    """What the workers listen to."""
    return [queue_of(declaration) for declaration in jobs_of_workers()]


@dataclass(slots=True)
class Call:
    """A due time on its way to the workers."""

    due: Due
    is_repeated: bool
    ended: threading.Event = field(default_factory=threading.Event)
    is_sent: bool = False
    is_settled: bool = False


class Sender:
    """Hands messages to the transport, over one connection that is made anew after each fault. For one thread."""

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._connection = self._new_connection()

    def send(self, due: Due) -> int:
        """Replace what waits in the job's queue by this due time; how many were waiting. Raises what the transport raises."""
        try:
            return self._send(due)
        except BaseException:
            with contained("job.sender_not_closed"):
                self._connection.release()
            self._connection = self._new_connection()
            raise

    def _send(self, due: Due) -> int:
        channel = self._connection.default_channel
        queue = queue_of(due.job)
        queue(channel).declare()
        unheard: int = queue(channel).purge()
        self._app.send_task(
            TASK,
            args=[due.job.name, due.at.isoformat()],
            queue=queue,
            expires=due.at + due.job.every,
            producer=Producer(channel),
            retry=False,
        )
        return unheard

    def _new_connection(self) -> Connection:
        """It connects when it is first used."""
        return self._app.connection_for_write(transport_options=SENDING_OPTIONS)


class WorkerExecutor:
    """The heartbeat's side. A tick only takes note; whatever may wait happens in a thread of its own."""

    def __init__(self, sender: Any, clock: Clock = timezone.now) -> None:
        self._sender = sender
        self._clock = clock
        self._calls: SimpleQueue[Call] = SimpleQueue()
        self._under_way: dict[str, Call] = {}
        self._sent: dict[str, tuple[datetime, datetime]] = {}
        """By job, the due time that was sent last, and when."""
        self._unheard: set[str] = set()
        self._is_failing = False
        threading.Thread(target=self._serve, name="calls-to-workers", daemon=True).start()

    def start(self, due: Due, now: datetime) -> None:
        """Have it sent, unless its job is on the way already, or this due time was sent a moment ago."""
        name = due.job.name
        sent_due, sent_at = self._sent.get(name, (None, now))
        is_repeated = sent_due == due.at
        if name in self._under_way or (is_repeated and now < sent_at + SEND_AGAIN):
            return
        self._under_way[name] = call = Call(due, is_repeated)
        self._calls.put(call)

    def settle(self, now: datetime) -> list[Due]:
        """Take out what has been sent; the due times that need no further try."""
        ended = [call for call in self._under_way.values() if call.ended.is_set()]
        for call in ended:
            del self._under_way[call.due.job.name]
            if call.is_sent:
                self._sent[call.due.job.name] = (call.due.at, now)
        return [call.due for call in ended if call.is_settled]

    def _serve(self) -> None:
        while True:
            call = self._calls.get()
            try:
                self._handle(call)
            except Exception as fault:  # noqa: BLE001 - whatever the transport raises, the next tick tries again
                self._tell_failing(call, fault)
            call.ended.set()

    def _handle(self, call: Call) -> None:
        """Send it, where that is still of use. The next due time of a frequent job makes up for a message that is lost."""
        if call.due.at + call.due.job.every <= self._clock() or (call.is_repeated and _is_claimed(call.due)):
            call.is_settled = True
            return
        self._tell_unheard(call.due.job.name, self._sender.send(call.due))
        self._is_failing, call.is_sent = False, True
        call.is_settled = call.due.job.every <= SEND_AGAIN

    def _tell_failing(self, call: Call, fault: Exception) -> None:
        """Once, until something is sent again."""
        if not self._is_failing:
            log.error("job.not_sent", job=call.due.job.name, due_at=call.due.at.isoformat(), error=repr(fault))
        self._is_failing = True

    def _tell_unheard(self, name: str, count: int) -> None:
        """Once for each job, until its queue is found empty again."""
        if not count:
            self._unheard.discard(name)
        elif name not in self._unheard:
            self._unheard.add(name)
            log.warning("job.no_worker_heard", job=name, waiting=count)


def _is_claimed(due: Due) -> bool:
    with visit(CLAIM_LIMIT):
        return claims.is_claimed(due)
