"""Ready frames through daphne: straight into the socket while nothing waits there, else through Twisted's own buffer."""

from __future__ import annotations

import socket
from typing import Any

from realtime.frames import Ready

KERNEL_BUFFER_BYTES = 65_536
MORE_THAN_ENOUGH_BYTES = 1_048_576


class DaphneWriter:
    """Writes to the transport of an open WebSocket of daphne's.

    Writing to the socket itself is about twice as fast as `transport.write`, and is done only where Twisted's private
    buffers show that nothing waits in them; never under TLS, where the bytes on the socket are others. The kernel's buffer is
    kept small, so that a client that does not read shows as `buffered` here instead of as megabytes there.

    Where it cannot look into the buffers, it is the transport's producer: all that it learns is that too much waits.
    """

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._send = _plain_send(transport)
        self._is_full = False
        transport.unregisterProducer()  # the HTTP channel, which would stop reading from a client that is slow to read
        if self._send is None:
            transport.registerProducer(self, True)

    def write(self, ready: Ready) -> int:
        transport, wire = self._transport, ready.wire
        if self._send is not None and not transport._tempDataBuffer and not transport.dataBuffer:
            if not transport.connected or transport.disconnecting:
                return 0
            try:
                sent = self._send(wire)
            except OSError:  # full, or broken: Twisted finds out which
                sent = 0
            if sent == len(wire):
                return 0
            wire = wire[sent:]
        transport.write(wire)
        return self.buffered()

    def buffered(self) -> int:
        transport = self._transport
        if self._send is None:
            return MORE_THAN_ENOUGH_BYTES if self._is_full else 0
        return len(transport.dataBuffer) - int(transport.offset) + int(transport._tempDataLen)

    async def run(self) -> None:
        """Twisted's reactor does what is left to do."""

    # As Twisted's IPushProducer.

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = True

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        self._is_full = False

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone."""


def _plain_send(transport: Any) -> Any:
    """The socket's `send`, where this is a plain TCP connection whose private buffers are where we know them."""
    known = all(hasattr(transport, name) for name in ("_tempDataBuffer", "_tempDataLen", "dataBuffer", "offset"))
    if not known or not hasattr(transport, "getHandle") or getattr(transport, "TLS", False):
        return None
    plain: socket.socket = transport.getHandle()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER_BYTES)
    return plain.send
