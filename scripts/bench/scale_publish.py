"""Publishes the open bars of so many symbols once a second, as a heartbeat of a large desk would: python -m bench.scale_publish.

For each line `["publish", SYMBOLS, SECONDS]` a line of JSON: `took`, each second's milliseconds from the bars to the nudge's end.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Iterator

from django.db import transaction

from bench.publish_bulk import tick  # it sets Django up
from GlobalMarkets.services.ingest import record_bars
from GlobalMarkets.services.websocket_broadcast import broadcast_bars
from realtime.garbage import calm_garbage_collector

_numbers = itertools.count(1)


def seconds(count: int) -> Iterator[None]:
    """Once a second, so many times; a second that was missed is made up for at once."""
    begin = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, begin + number - time.monotonic()))
        yield


def publish(symbols: int) -> float:
    rows = tick(next(_numbers), symbols, closed=False)
    before = time.perf_counter()
    with transaction.atomic():
        changed = record_bars(rows)
        broadcast_bars(changed)
    took = (time.perf_counter() - before) * 1000
    if len(changed) != symbols:
        raise SystemExit(f"{len(changed)} of {symbols} bars were published")
    return took


def main() -> None:
    calm_garbage_collector()
    for line in sys.stdin:
        _, symbols, count = json.loads(line)
        print(json.dumps({"took": [publish(symbols) for _ in seconds(count)]}), flush=True)


if __name__ == "__main__":
    main()
