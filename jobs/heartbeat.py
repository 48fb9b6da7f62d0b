"""The heartbeat message: tells every client each five seconds how fresh each feature's data is (an edge to `realtime`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from jobs.completions import last_completed, last_completed_by_feature
from jobs.registry import job, seconds
from realtime import features, publisher
from realtime.features import Delivery, Feature, Key, Params, Reading, Stream

EVERY_SECONDS = 5
STALE_AFTER_SECONDS = 3 * EVERY_SECONDS
JOB = TOPIC = "heartbeat"


class HeartbeatPayload(msgspec.Struct, frozen=True):
    """`timestamp` in seconds since 1970, `utc_iso` the same moment; `features`: by name, when its job last completed a run."""

    timestamp: int
    utc_iso: datetime
    stale_after_seconds: int
    features: dict[str, datetime]


def heartbeat_at(now: datetime) -> HeartbeatPayload:
    """The message of the beat that was due at `now`."""
    return HeartbeatPayload(int(now.timestamp()), now.astimezone(UTC), STALE_AFTER_SECONDS, last_completed_by_feature())


def read_heartbeats(keys: Sequence[Key]) -> list[Reading | None]:
    """The last beat that was sent, with what is known now: what a new subscriber is shown."""
    run = last_completed(JOB)
    reading = None if run is None else Reading(heartbeat_at(run.due_at), run.due_at)
    return [reading for _ in keys]


def is_signed_in(user: Any, params: Params) -> bool:
    return bool(user.is_authenticated)


def topics_of(user: Any) -> list[str]:
    return [TOPIC]


@job(JOB, every=seconds(EVERY_SECONDS))
class HeartbeatJob:
    def run(self, now: datetime) -> None:
        publisher.publish_volatile(TOPIC, {}, heartbeat_at(now), now)


HEARTBEAT = features.register(
    Feature(
        "heartbeat",
        streams=[Stream("heartbeat", "heartbeat", TOPIC, Delivery.VOLATILE, HeartbeatPayload, read_heartbeats)],
        may_subscribe=is_signed_in,
        topics_for=topics_of,
    )
)
