"""Stock Channels: the tutorial's consumer on daphne, behind the Redis layer that is named; `publisher` is the one who sends.

python -m bench.contenders.stock LAYER REDIS_URL (serve PORT | publish CREDITS)
"""

from __future__ import annotations

from daphne.server import Server, twisted_loop  # isort: skip # it installs Twisted's reactor

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.layers import get_channel_layer
from django.conf import settings

from bench.contenders.messages import mark, publish_for_ever, ready

ROOM = "chat_bench"
AROUND = len(json.dumps({"message": ""}))


class ChatConsumer(AsyncWebsocketConsumer):  # type: ignore[misc] # Channels is not typed
    async def connect(self) -> None:
        await self.channel_layer.group_add(ROOM, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(ROOM, self.channel_name)

    async def chat_message(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps({"message": event["message"]}))


async def publish(numbers: Sequence[int]) -> None:
    for number in numbers:
        await get_channel_layer().group_send(
            ROOM, {"type": "chat.message", "message": mark(number).ljust(251 - AROUND)}
        )


def configure(layer: str, redis: str) -> None:
    """As the tutorial has it, and two settings without which redis-py 8.1 refuses sockets and drops idle ones."""
    host = {"address": redis, "max_connections": 10_000, "socket_timeout": None}
    settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": layer, "CONFIG": {"hosts": [host]}}})
    django.setup()


if __name__ == "__main__":
    configure(sys.argv[1], sys.argv[2])
    if sys.argv[3] == "serve":
        place = [f"tcp:{sys.argv[4]}:interface=127.0.0.1"]
        Server(ChatConsumer.as_asgi(), place, ready_callable=ready, ping_interval=3600).run()
    else:
        asyncio.set_event_loop(twisted_loop)
        ready()
        twisted_loop.run_until_complete(publish_for_ever(int(sys.argv[4]), publish))
