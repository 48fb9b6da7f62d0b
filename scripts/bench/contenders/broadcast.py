"""`websockets.broadcast`: the fastest fan-out that the websockets library has.

python -m bench.contenders.broadcast PORT CREDITS
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve

from bench.contenders.messages import plain, publish_for_ever, ready


async def stay(connection: ServerConnection) -> None:
    await connection.wait_closed()


async def main(port: int, credits: int) -> None:
    async with serve(stay, "127.0.0.1", port, compression=None, ping_interval=None) as server:
        ready()
        await publish_for_ever(credits, lambda numbers: publish(server, numbers))


async def publish(server: Server, numbers: Sequence[int]) -> None:
    for number in numbers:
        broadcast(server.connections, plain(number))
    await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
