"""Thor on uvicorn, with the WebSocket protocol that writes ready frames.

python -m bench.contenders.thor_uvicorn PORT CREDITS
"""

from __future__ import annotations

import asyncio
import gc
import sys

import uvicorn

from bench.contenders import thor
from bench.contenders.messages import ready
from realtime.hub import hub_here

WRITER = "realtime.writer_uvicorn:ReadyFramesProtocol"


async def main(port: int, credits: int) -> None:
    config = uvicorn.Config(
        thor.application,
        "127.0.0.1",
        port,
        ws=WRITER,
        ws_ping_interval=None,
        lifespan="off",
        log_level="warning",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
        await asyncio.sleep(0.01)
    hub_here()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    ready()
    await thor.publish_as_asked(credits)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    thor.serve_with(lambda: asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]))))
