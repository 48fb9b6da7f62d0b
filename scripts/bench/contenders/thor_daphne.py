"""Thor on its own subclass of daphne's server.

python -m bench.contenders.thor_daphne PORT CREDITS
"""

from __future__ import annotations

from daphne.server import twisted_loop  # isort: skip # it installs Twisted's reactor

import asyncio
import sys

from twisted.internet import reactor

from bench.contenders import thor
from bench.contenders.messages import ready
from thor_project.server import ThorServer


def begin(credits: int) -> None:
    publishing: asyncio.Task[None] = twisted_loop.create_task(thor.publish_as_asked(credits))
    publishing.add_done_callback(lambda _: reactor.stop())
    ready()


def run(port: int, credits: int) -> None:
    ThorServer(
        thor.application,
        [f"tcp:{port}:interface=127.0.0.1"],
        heartbeat=False,
        ready_callable=lambda: begin(credits),
        ping_interval=3600,
    ).run()


if __name__ == "__main__":
    thor.serve_with(lambda: run(int(sys.argv[1]), int(sys.argv[2])))
