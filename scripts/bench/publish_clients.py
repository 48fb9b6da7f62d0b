"""What one publication costs its publisher while nobody, or ten thousand clients, listen: a job, a request, another process.

python -m bench.publish_clients serve LISTENERS SECONDS: prints `ready`, then for each line `job|request COUNT` a line of JSON, and
for `heard` how many deliveries its listeners had. python -m bench.publish_clients publish|work COUNT SECONDS: from another process,
which with `work` is a Celery worker. SECONDS lie between two publications.
The listeners are subscriptions in the hub of the running server's loop; each delivery is a write of its own, to /dev/null.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.test import AsyncClient  # noqa: E402
from django.urls import path  # noqa: E402

from bench.publish_setup import empty  # noqa: E402
from GlobalMarkets.feeds.port import BarRow  # noqa: E402
from GlobalMarkets.services.ingest import record_bars  # noqa: E402
from GlobalMarkets.services.websocket_broadcast import broadcast_bars  # noqa: E402
from realtime.codes import CloseCode  # noqa: E402
from realtime.features import match  # noqa: E402
from realtime.frames import Ready  # noqa: E402
from realtime.garbage import calm_garbage_collector  # noqa: E402
from realtime.history import top_of  # noqa: E402
from realtime.hub import Hub, hub_here, stop_hub_here  # noqa: E402
from realtime.subscriber import Subscription  # noqa: E402

TOPIC = "bars_open.USA.SPY"
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


every = float(sys.argv[3])


class Ear:
    """A client that reads whatever it is sent."""

    is_held = False
    user: Any = None
    ticket: Hashable = None
    heard = 0

    def __init__(self, nowhere: int) -> None:
        self._nowhere = nowhere

    def pour(self, ready: Ready) -> int:
        os.write(self._nowhere, ready.wire)
        Ear.heard += 1
        return 0

    def overflows(self, buffered: int) -> bool:
        return False

    def pass_on(self, subscription: Subscription, publication: Any) -> None: ...

    def read_anew(self, subscription: Subscription) -> None: ...

    def hold_back(self) -> None: ...

    def relieve(self) -> bool:
        return True

    def going_away(self) -> None: ...

    def end(self, code: CloseCode) -> None: ...

    def lose(self, subscription: Subscription, now: datetime) -> None: ...


def publish_once() -> float:
    """Milliseconds for one bar: recorded, published, committed and nudged."""
    moved = time.time_ns()
    price = Decimal(moved % 100_000 + 1).scaleb(-2)
    as_of = OPEN + timedelta(microseconds=moved // 1000 % 10**15)
    before = time.perf_counter()
    with transaction.atomic():
        broadcast_bars(
            record_bars([BarRow("USA", "SPY", OPEN, price, price, price, price, moved % 10**9, False, as_of)])
        )
    return (time.perf_counter() - before) * 1000


def publish_often(count: int) -> list[float]:
    """At an even pace, as jobs do: one at a time."""
    taken = []
    for _ in range(count):
        taken.append(publish_once())
        time.sleep(every)
    return taken


def view(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ms": publish_once()})


urlpatterns = [path("publish", view)]


async def by_requests(count: int) -> list[float]:
    """In a view, in the thread where Django runs it."""
    client, taken = AsyncClient(), []
    for _ in range(count):
        taken.append((await client.get("/publish")).json()["ms"])
        await asyncio.sleep(every)
    return taken


async def by_a_job(count: int) -> list[float]:
    """In a thread of its own beside the server's loop."""
    return await asyncio.to_thread(publish_often, count)


def by_a_worker(count: int) -> list[float]:
    """In a task of a Celery worker, with the pool that the deployment has; this process is the worker."""
    from thor_project.celery import app

    taken: list[float] = []
    done = threading.Event()

    @app.task(name="bench.publish")  # type: ignore[untyped-decorator] # celery is not typed
    def publish_many(times: int) -> None:
        publish_once()  # the task's thread has a connection of its own
        taken.extend(publish_often(times))
        done.set()

    worker = app.WorkController(pool="threads", concurrency=1, queues=["bench"], loglevel="ERROR")
    threading.Thread(target=worker.start, daemon=True).start()
    publish_many.apply_async((count,), queue="bench")
    if not done.wait(120):
        raise SystemExit("the worker did not get to its task")
    return taken


async def listening(hub: Hub, listeners: int, nowhere: int) -> None:
    found = match(TOPIC)
    if found is None:
        raise SystemExit(f"no feature has {TOPIC}")
    top = await sync_to_async(top_of)(TOPIC)
    for _ in range(listeners):
        subscription = Subscription(TOPIC, found, None, cursor=top)
        hub.join(subscription, Ear(nowhere))
        hub.found_at(subscription, top)


WAYS: dict[str, Callable[[int], Any]] = {"job": by_a_job, "request": by_requests}


async def serve(listeners: int) -> None:
    await sync_to_async(publish_once)()
    hub, nowhere = hub_here(), os.open(os.devnull, os.O_WRONLY)
    await listening(hub, listeners, nowhere)
    await asyncio.sleep(0.3)  # until the hub has joined its groups
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        what, _, count = line.strip().partition(" ")
        if what in WAYS:
            print(json.dumps(await WAYS[what](int(count))), flush=True)
        else:
            print(Ear.heard, flush=True)
    await stop_hub_here()
    os.close(nowhere)


if __name__ == "__main__":
    what, number = sys.argv[1], int(sys.argv[2])
    settings.ROOT_URLCONF, settings.MIDDLEWARE, settings.ALLOWED_HOSTS = __name__, [], ["*"]
    empty()
    calm_garbage_collector()
    if what == "serve":
        asyncio.run(serve(number))
    else:
        publish_once()
        print(json.dumps(by_a_worker(number) if what == "work" else publish_often(number)))
