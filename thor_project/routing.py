"""Which socket path is whose."""

from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from GlobalMarkets.consumers import MarketDataConsumer
from identity.handshake import SocketHandshake


async def no_such_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Refuses a socket to a path that is nobody's, before it is accepted."""
    await send({"type": "websocket.close"})


ROUTES = [
    path("ws/", MarketDataConsumer.as_asgi()),
    re_path(r"", no_such_socket),  # type: ignore[arg-type] # Channels' router takes ASGI applications
]
websocket_application = SocketHandshake(URLRouter(ROUTES))
