"""Thor on uvicorn, with the frame writer's WebSocket protocol where there is one.

python -m bench.contenders.thor_uvicorn PORT CREDITS
"""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import sys

from bench.contenders import thor
import uvicorn
from bench.contenders.messages import ready

WRITER = ("thor_project.uvicorn", "ThorWebSocketProtocol")


def protocol() -> str:
    """How uvicorn is told of the frame writer; its own protocol until there is one."""
    has_writer = importlib.util.find_spec(WRITER[0]) is not None
    return ":".join(WRITER) if has_writer else "websockets-sansio"


async def main(port: int, credits: int) -> None:
    config = uvicorn.Config(
        thor.application,
        "127.0.0.1",
        port,
        ws=protocol(),
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_level="warning",
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    thor.hub_here()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    ready()
    await thor.publish_as_asked(credits)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    thor.serve_with(lambda: asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]))))
