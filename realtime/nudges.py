"""This process's one long-lived way into the Channels layer: tells the hubs what was committed, and never raises."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import msgspec
import structlog
from channels.layers import get_channel_layer

from realtime.contract import Publication
from realtime.numbering import batches
from realtime.patience import Patience

log = structlog.get_logger(__name__)

PUBLICATIONS_A_MESSAGE = 256
PATIENCE_SECONDS = 0.2
MESSAGE_TYPE = "nudge"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Publication]).decode


def pack(publications: Sequence[Publication]) -> dict[str, Any]:
    return {"type": MESSAGE_TYPE, "publications": _encode(list(publications)), "at": time.time()}


def unpack(message: dict[str, Any]) -> list[Publication]:
    return _decode(message["publications"])


def told_at(message: dict[str, Any]) -> float:
    """When it was told, in seconds since 1970; 0 where the message does not say."""
    return float(message.get("at", 0.0))


class Nudges:
    """Sends through the server's own loop where there is one (`attach`), else through a loop in a daemon thread.

    Beside a server nobody waits: its loop is there to stay, and busy with its clients. In another process, which may end at
    once, a caller waits until the layer has the message, at most `patience` seconds; and once one was late nobody waits until
    one gets through. What is late or lost, the hubs find in the history within a second.
    """

    def __init__(self, patience: float = PATIENCE_SECONDS) -> None:
        self._limit = patience
        self._patience = Patience(patience)
        self._under_way: set[Future[None]] = set()
        self._servers: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._own: tuple[int, asyncio.AbstractEventLoop] | None = None
        self._lock = threading.Lock()
        self.sent = self.late = self.lost = 0
        """Messages that the layer took, was too slow to take, or did not take."""

    @property
    def is_answering(self) -> bool:
        """Whether the layer took the last message in time."""
        return self._patience.is_answering

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            self._servers = (os.getpid(), loop)

    def detach(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            if self._servers is not None and self._servers[1] is loop:
                self._servers = None

    def close(self) -> None:
        """End the loop of its own, if there is one; the next nudge begins another."""
        with self._lock:
            own, self._own = self._own, None
        if own is not None and own[0] == os.getpid():
            asyncio.run_coroutine_threadsafe(_end_all(), own[1]).result()

    def send(self, group: str, publications: Sequence[Publication]) -> None:
        """Tell the layer; never raises, and never waits for longer than the patience."""
        if not self._patience.admits(len(self._under_way)):
            self.lost += 1
            return
        try:
            self._send(group, publications)
        except Exception as fault:  # noqa: BLE001 - a job must never fail because a client might hear late
            log.warning("nudge_lost", group=group, publications=len(publications), fault=repr(fault))

    def _send(self, group: str, publications: Sequence[Publication]) -> None:
        messages = [pack(chunk) for chunk in batches(publications, PUBLICATIONS_A_MESSAGE)]
        loop, is_servers = self._live_loop()
        number = self._patience.begin()
        future = asyncio.run_coroutine_threadsafe(self._try(number, group, messages), loop)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        wait = 0.0 if is_servers else self._patience.wait
        if wait and future not in concurrent.futures.wait([future], wait).done:
            self._was_late(number, group)  # the loop itself may be busy, and would not tell

    async def _try(self, number: int, group: str, messages: Sequence[dict[str, Any]]) -> None:
        """Give the messages to the layer, and note what came of it; runs in the loop."""
        try:
            async with asyncio.timeout(self._limit):
                await _send_all(group, messages)
        except TimeoutError:
            self.late += 1
            self._was_late(number, group)
        except Exception as fault:  # noqa: BLE001 - whatever the layer raises, the history has it
            self.lost += 1
            log.warning("nudge_lost", group=group, messages=len(messages), fault=repr(fault))
        else:
            self.sent += len(messages)
            if self._patience.got_through(number):
                log.info("layer_answers")

    def _was_late(self, number: int, group: str) -> None:
        if self._patience.late(number):
            log.warning("layer_late", group=group, patience=self._limit)

    def _live_loop(self) -> tuple[asyncio.AbstractEventLoop, bool]:
        """The loop, and whether it is the server's."""
        with self._lock:
            if self._servers is not None and self._servers[0] == os.getpid() and not self._servers[1].is_closed():
                return self._servers[1], True
            if self._own is None or self._own[0] != os.getpid():
                self._own = (os.getpid(), asyncio.new_event_loop())
                threading.Thread(target=_serve, args=self._own[1:], name="nudges", daemon=True).start()
            return self._own[1], False


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _end_all() -> None:
    """Cancel what hangs in this loop, and stop it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)


async def _send_all(group: str, messages: Sequence[dict[str, Any]]) -> None:
    layer = get_channel_layer()
    for message in messages:
        await layer.group_send(group, message)


nudges = Nudges()
