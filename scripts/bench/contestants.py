"""Who is compared: how each is started, how it publishes, and how a client knows that it listens."""

from __future__ import annotations

from dataclasses import dataclass

from bench.faults import BenchFault

TOGETHER = 8
FEW, MANY = 4, 128
DELIVERIES_UNDER_WAY = 8000


@dataclass(frozen=True, slots=True)
class Contestant:
    """`layer`: the Channels layer of a contender that publishes through Redis, from a process of its own.
    `together`: how many messages are published in one go, one measurement for each; 1 means one write for each frame.
    """

    name: str
    title: str
    module: str
    layer: str = ""
    joined: str = ""
    together: tuple[int, ...] = (1,)

    def window(self, sockets: int, together: int) -> int:
        """Messages under way to each socket while saturated: enough to keep a server busy, few enough to drain soon."""
        if self.layer:
            return FEW
        return MANY if together > 1 else min(MANY, max(FEW, DELIVERIES_UNDER_WAY // sockets))


BOTH = (1, TOGETHER)
SUBSCRIBED = '"type":"subscribed"'
STOCK = "bench.contenders.stock"
CONTESTANTS = (
    Contestant(
        "stock-core", "stock Channels, core Redis layer, daphne", STOCK, "channels_redis.core.RedisChannelLayer"
    ),
    Contestant(
        "stock-pubsub", "stock Channels, pub/sub layer, daphne", STOCK, "channels_redis.pubsub.RedisPubSubChannelLayer"
    ),
    Contestant("thor-daphne", "Thor, daphne", "bench.contenders.thor_daphne", joined=SUBSCRIBED, together=BOTH),
    Contestant("thor-uvicorn", "Thor, uvicorn", "bench.contenders.thor_uvicorn", joined=SUBSCRIBED, together=BOTH),
    Contestant("websockets", "websockets `broadcast()`", "bench.contenders.broadcast"),
    Contestant("limit", "the limit: a C loop", "", together=BOTH),
)


def chosen(names: str) -> list[Contestant]:
    """Those that a comma-separated list names, in the table's order; all where it is empty."""
    wanted = {name.strip() for name in names.split(",") if name.strip()} or {c.name for c in CONTESTANTS}
    if unknown := wanted - {c.name for c in CONTESTANTS}:
        known = ", ".join(c.name for c in CONTESTANTS)
        raise BenchFault(f"no contender {', '.join(sorted(unknown))}; there are: {known}")
    return [c for c in CONTESTANTS if c.name in wanted]
