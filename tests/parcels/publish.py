"""A process that publishes what it is told to, a line of JSON at a time: `python -m tests.parcels.publish`."""

from __future__ import annotations

import json
import sys

import django


def main() -> None:
    django.setup()
    print("ready", flush=True)
    for line in sys.stdin:
        send(**json.loads(line))
        print("sent", flush=True)


def send(box: str, first: int, count: int, size: int, each: int) -> None:
    """Parcels with these numbers and size, `each` to a transaction, and with each transaction a label of its last number."""
    from django.db import transaction

    from realtime.publisher import publish

    for start in range(first, first + count, each):
        numbers = range(start, min(start + each, first + count))
        with transaction.atomic():
            publish("parcels", [{"box": box, "number": number, "size": size} for number in numbers])
            publish("labels", [{"box": box, "number": numbers[-1], "size": size}])


if __name__ == "__main__":
    main()
