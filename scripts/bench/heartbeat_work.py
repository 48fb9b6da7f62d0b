"""The real heartbeat with Thor's own jobs, one that hangs in a transaction and one that raises: how late each tick comes.

python -m bench.heartbeat_work SECONDS: prints one line of JSON. Needs an empty database; REDIS_URL leads to a Redis that hangs.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.publish_setup import empty  # noqa: E402
from GlobalMarkets.services.watchlist import settle_watchlist  # noqa: E402
from jobs.loop import Heartbeat, run_heartbeat  # noqa: E402
from jobs.models import Outcome  # noqa: E402
from jobs.registry import job, registry, seconds  # noqa: E402
from jobs.runs import Run  # noqa: E402
from jobs.tallies import tallies  # noqa: E402
from realtime.garbage import calm_garbage_collector  # noqa: E402
from realtime.models import Topic  # noqa: E402
from realtime.nudges import nudges  # noqa: E402

HANGS, RAISES = "bench_hangs", "bench_raises"


@job(HANGS, every=seconds(1), timeout=seconds(2))
class Hangs:
    """Holds a lock in an open transaction, and never comes back."""

    def run(self, now: datetime) -> None:
        with transaction.atomic():
            Topic.objects.update_or_create(name="bench", defaults={"epoch": "e", "top": 0})
            time.sleep(3600)


@job(RAISES, every=seconds(1))
class Raises:
    def run(self, now: datetime) -> None:
        raise RuntimeError("as it always does")


class Watched(Heartbeat):
    """Remembers when each tick came, and how long it took."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[datetime] = []
        self.took: list[float] = []

    def tick(self, now: datetime) -> list[Run]:
        self.came.append(datetime.now(UTC))
        before = time.perf_counter()
        started = super().tick(now)
        self.took.append((time.perf_counter() - before) * 1000)
        return started


async def beat(length: int) -> dict[str, Any]:
    """Ticks of so many whole seconds; the first, which comes at once, is not counted."""
    stop, heart = asyncio.Event(), Watched()
    await asyncio.sleep(1 - timezone.now().microsecond / 1e6 + 0.5)
    beating = asyncio.create_task(run_heartbeat(stop, heart))
    await asyncio.sleep(length)
    stop.set()
    came = heart.came[1:]
    await asyncio.wait_for(beating, 30)
    return {
        "seconds": length,
        "ticks": len(came),
        "late_ms": [at.microsecond / 1000 for at in came],
        "took_ms": heart.took[1:],
        "runs": {name: outcomes(name) for name in (declared.name for declared in registry)},
        "nudges": {"sent": nudges.sent, "late": nudges.late, "lost": nudges.lost},
    }


def outcomes(name: str) -> dict[str, int]:
    return {outcome.value: times for outcome in Outcome if (times := tallies.runs[name, outcome.value])}


if __name__ == "__main__":
    empty()
    settle_watchlist()
    calm_garbage_collector()
    print(json.dumps(asyncio.run(beat(int(sys.argv[1])))), flush=True)
    os._exit(0)  # the threads that hang stay behind
