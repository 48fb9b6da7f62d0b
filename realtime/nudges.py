"""This process's one long-lived way into the Channels layer: tells the hubs what was committed, and never raises."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Sequence

import msgspec
import structlog
from channels.layers import get_channel_layer

from realtime.contract import Publication
from realtime.numbering import batches

log = structlog.get_logger(__name__)

PUBLICATIONS_A_MESSAGE = 256
PATIENCE_SECONDS = 0.2
MESSAGE_TYPE = "nudge"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Publication]).decode


def pack(publications: Sequence[Publication]) -> dict[str, str | bytes]:
    return {"type": MESSAGE_TYPE, "publications": _encode(list(publications))}


def unpack(message: dict[str, bytes]) -> list[Publication]:
    return _decode(message["publications"])


class Nudges:
    """Sends through the server's own loop where there is one (`attach`), else through a loop in a daemon thread.

    A caller waits at most PATIENCE_SECONDS: what is late or lost, the hubs find in the history within a second.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process = 0
        self._lock = threading.Lock()

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._loop, self._process = loop, os.getpid()

    def detach(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if self._loop is loop:
                self._loop = None

    def send(self, group: str, publications: Sequence[Publication]) -> None:
        try:
            messages = [pack(chunk) for chunk in batches(publications, PUBLICATIONS_A_MESSAGE)]
            future = asyncio.run_coroutine_threadsafe(_send_all(group, messages), self._live_loop())
            try:
                future.result(timeout=PATIENCE_SECONDS)
            except TimeoutError:
                future.cancel()
                log.warning("nudge_late", group=group, publications=len(publications))
        except Exception as fault:  # noqa: BLE001 - a job must never fail because a client might hear late
            log.warning("nudge_lost", group=group, publications=len(publications), fault=repr(fault))

    def _live_loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._loop.is_closed() or self._process != os.getpid():
                self._loop, self._process = asyncio.new_event_loop(), os.getpid()
                threading.Thread(target=self._loop.run_forever, name="nudges", daemon=True).start()
            return self._loop


async def _send_all(group: str, messages: Sequence[dict[str, str | bytes]]) -> None:
    layer = get_channel_layer()
    for message in messages:
        await layer.group_send(group, message)


nudges = Nudges()
