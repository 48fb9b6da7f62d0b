"""The production layer, but while the suite says so it loses each k-th message without a word."""

from __future__ import annotations

from itertools import count
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer

from chaos.switches import LOSE, Switches


class LossyLayer(RedisPubSubChannelLayer):  # type: ignore[misc] # channels_redis is not typed
    """The switch's value is k."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._switches = Switches.of_this_process()
        self._sent = count(1)

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        every = self._switches.value(LOSE)
        if every and next(self._sent) % int(every) == 0:
            return
        await self._get_layer().group_send(group, message)
