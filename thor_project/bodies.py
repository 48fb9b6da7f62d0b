"""Daphne's requests with a bound: it reads a whole body, and holds all of it, before any application is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from daphne.http_protocol import WebRequest
from django.conf import settings

PATIENCE = 16
"""So many times the largest body is read and thrown away for its sender to be told; who sends on is cut off."""


class BoundedRequest(WebRequest):  # type: ignore[misc] # daphne is not typed
    """What is beyond the largest body is not kept; its whole length is told, by which `RequestLog` refuses it."""

    _received = 0

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        self._received += len(data)
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if self._received <= most:
            super().handleContentChunk(data)
        elif self._received > PATIENCE * most:
            self.channel.loseConnection()

    def process(self) -> Any:
        if self._received:  # in chunks it came without a length
            self.requestHeaders.setRawHeaders(b"Content-Length", [str(self._received).encode()])
        return super().process()


def bounded(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A Twisted factory's `buildProtocol`, whose requests are bounded."""

    def build_bounded(address: Any) -> Any:
        protocol = build(address)
        protocol.requestFactory = BoundedRequest
        return protocol

    return build_bounded
