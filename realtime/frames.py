"""Text as it stands on a wire: a WebSocket frame to a client is unmasked, hence the same bytes for everybody (RFC 6455 §5)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

FINAL_TEXT = 0x81


def frame_of(text: str) -> bytes:
    """The one frame of a text message from a server."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return bytes((FINAL_TEXT, size)) + payload
    if size < 65_536:
        return bytes((FINAL_TEXT, 126)) + size.to_bytes(2) + payload
    return bytes((FINAL_TEXT, 127)) + size.to_bytes(8) + payload


class Ready:
    """Messages that go to many clients as they are: `texts` for writers that frame themselves, `wire` for those that need not."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def wire(self) -> bytes:
        """All frames in one piece, built once for all clients."""
        return b"".join(map(frame_of, self.texts))
