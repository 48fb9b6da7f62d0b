"""The message that every contender sends: 251 bytes that carry their number and the moment of publishing."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence

BYTES = 251


def mark(sequence: int) -> str:
    """What the client looks for."""
    return f"~{sequence:012d}~{time.monotonic_ns():020d}~"


def padded(head: str, tail: str) -> str:
    """`head` and `tail` with as much between them as makes a whole message."""
    return head + "x" * (BYTES - len(head) - len(tail)) + tail


def plain(sequence: int) -> str:
    """As the tutorial's consumer writes it."""
    return padded(f'{{"message": "{mark(sequence)}', '"}')


async def publish_for_ever(credits: int, publish: Callable[[Sequence[int]], Awaitable[None]]) -> None:
    """Publish as many messages in one go as each byte of the pipe `credits` says; returns when the client has gone."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(credits, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    sequence = 0
    while asked := await reader.read(4096):
        for count in asked:
            await publish(range(sequence + 1, sequence + 1 + count))
            sequence += count


def ready() -> None:
    """What the rig waits for."""
    print("ready", flush=True)
