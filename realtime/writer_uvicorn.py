"""Ready frames through uvicorn: `uvicorn --ws realtime.writer_uvicorn:ReadyFramesProtocol thor_project.asgi:application`."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from realtime.frames import Ready
from realtime.subscriber import MAX_FRAME_CHARACTERS
from realtime.writer import EXTENSION

KERNEL_BUFFER_BYTES = 65_536


class UvicornWriter:
    """Writes to the asyncio transport of an open WebSocket of uvicorn's."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        plain = transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)

    def write(self, ready: Ready) -> int:
        if not self._transport.is_closing():
            self._transport.write(ready.wire)
        return self._transport.get_write_buffer_size()

    def buffered(self) -> int:
        return self._transport.get_write_buffer_size()

    async def run(self) -> None:
        """The transport does what is left to do."""


class ReadyFramesProtocol(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which gives its sockets a writer. Compression is off: a compressed frame is one client's only.

    What a client may send is bounded as by our own server: uvicorn's 16 MB are not needed by anybody.
    """

    def __init__(self, config: Any, *args: Any, **kwargs: Any) -> None:
        config.ws_per_message_deflate = False
        config.ws_max_size = min(config.ws_max_size, MAX_FRAME_CHARACTERS)
        super().__init__(config, *args, **kwargs)

    async def run_asgi(self) -> None:
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope["extensions"] = {**(scope.get("extensions") or {}), EXTENSION: lambda: UvicornWriter(self.transport)}
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        """Closing waits for nobody: left to itself, uvicorn would first wait until the client reads."""
        if message["type"] == "websocket.close":
            self.writable.set()
            self.loop.call_later(self.close_timeout, self.transport.abort)
        await super().send(message)
