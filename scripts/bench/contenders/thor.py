"""Thor from the nudge on: a feature of the bench, its hub told ready publications, its clients LiveConsumer's sockets."""

# ruff: noqa: E402 - the models need Django set up

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import django
import msgspec

from bench.contenders.messages import mark, padded, publish_for_ever

django.setup()

from django.core.management import call_command

from realtime import room
from realtime.consumer import LiveConsumer
from realtime.contract import Publication
from realtime.features import Delivery, Feature, Stream
from realtime.hub import hub_here
from realtime.testing import only

TOPIC, EPOCH = "bench.all", "bench"
TICK_SECONDS = room.TICK_SECONDS


class BenchPayload(msgspec.Struct, frozen=True):
    message: str
    timestamp: datetime


@dataclass(frozen=True)
class Guest:
    """A signed-in user, without a database."""

    pk: int = 1
    is_authenticated: bool = True

    def get_username(self) -> str:
        return "guest"


def feature() -> Feature:
    """Every message counts (EVENT), so that offsets are compared for each client as they are for a closed bar."""
    stream = Stream("bench", "bench", "bench.{name}", Delivery.EVENT, BenchPayload, lambda keys: [], lambda params: [])
    return Feature("bench", [stream], lambda user, params: True, lambda user: [TOPIC])


def publication(number: int) -> Publication:
    head = f'{{"type":"bench","data":{{"message":"{mark(number)}'
    tail = f'"}},"topic":"{TOPIC}","epoch":"{EPOCH}","offset":{number}}}'
    return Publication(TOPIC, EPOCH, number, padded(head, tail))


async def publish(numbers: Sequence[int]) -> None:
    """One nudge; the hub, too, lets the loop turn once between two of them.

    What is asked for one by one goes out without a tick, in one write per frame as the limit does it. (At 10 messages a
    second there is no difference: the tick only gathers what comes within 5 ms.)
    """
    room.TICK_SECONDS = 0.0 if len(numbers) == 1 else TICK_SECONDS
    hub_here().hear([publication(number) for number in numbers])
    await asyncio.sleep(0)


async def publish_as_asked(credits: int) -> None:
    await publish_for_ever(credits, publish)


async def application(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """Every socket belongs to a signed-in user."""
    await LiveConsumer.as_asgi()(scope | {"user": Guest()}, receive, send)


def serve_with(run: Callable[[], None]) -> None:
    """`run` the server with the bench's feature and no other, on empty tables."""
    call_command("migrate", "realtime", verbosity=0)
    with only(feature()):
        run()
