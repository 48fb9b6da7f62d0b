"""Channels layers as they may be in bad weather; named by settings.CHANNEL_LAYERS in tests."""

from __future__ import annotations

import asyncio
from typing import Any

from channels.layers import InMemoryChannelLayer


class DroppingLayer(InMemoryChannelLayer):
    """Takes every message and delivers none."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        return


class DoublingLayer(InMemoryChannelLayer):
    """Delivers every message twice."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await super().group_send(group, message)
        await super().group_send(group, message)


class RaisingLayer(InMemoryChannelLayer):
    """Is away."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        raise ConnectionError("the layer is away")


class HangingLayer(InMemoryChannelLayer):
    """Never comes back."""

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        await asyncio.Event().wait()


class GatedLayer(InMemoryChannelLayer):
    """Answers while `is_open`, for all instances; else it hangs."""

    is_open = False

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        if not self.is_open:
            await asyncio.Event().wait()


class EndingLayer(InMemoryChannelLayer):
    """As in the pub/sub layer, a receive that is cancelled ends its channel: it can join no group any more."""

    ended: set[str] = set()

    async def receive(self, channel: str) -> dict[str, Any]:
        try:
            received: dict[str, Any] = await super().receive(channel)
        except asyncio.CancelledError:
            self.ended.add(channel)
            raise
        return received

    async def group_add(self, group: str, channel: str) -> None:
        if channel in self.ended:
            raise RuntimeError(f"{channel} has ended")
        await super().group_add(group, channel)


class RecordingLayer(InMemoryChannelLayer):
    """Keeps what it was given in `sent`, for all instances."""

    sent: list[tuple[str, dict[str, Any]]] = []

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.sent.append((group, message))


def settings_of(layer: type[InMemoryChannelLayer], **config: Any) -> dict[str, Any]:
    return {"default": {"BACKEND": f"{layer.__module__}.{layer.__qualname__}", "CONFIG": config}}
