"""How REST shows what the socket sends: rendered by the same encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer

from realtime.contract import encode


class MsgspecRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """JSON; nothing for an answer without a body."""
        return b"" if data is None else encode(data)
