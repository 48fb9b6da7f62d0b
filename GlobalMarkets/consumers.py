"""The dashboard's socket: realtime's shell, named for this project, which also tells a client where each feature stands."""

from __future__ import annotations

from typing import Any

import msgspec

from cutover import selectors as cutover
from cutover.polls import polls
from cutover.presence import TOPIC, Presence, presence_of
from cutover.roll import Present
from identity.roles import reads_everything
from realtime.client import Client
from realtime.consumer import LiveConsumer, Scope, now
from realtime.contract import Cursor, FeatureRow, WelcomePayload


class MarketDataConsumer(LiveConsumer):
    """A dashboard that follows the stages is called at the roll: how many have answered is told to operators."""

    _cohorts: frozenset[str] = frozenset()
    _presence: Presence | None = None

    def introduction(self, user: Any) -> WelcomePayload:
        plans = cutover.plans()
        cohorts = cutover.cohorts_of(user)
        self._cohorts = frozenset(cohorts)
        return msgspec.structs.replace(
            super().introduction(user),
            stages=cutover.stages_now().stages,
            buckets={plan.feature: cutover.bucket(plan.feature, user) for plan in plans},
            cohorts=cohorts,
            features=[FeatureRow(plan.feature, plan.every, plan.rest) for plan in plans],
        )

    async def connect(self) -> None:
        self.opened_at = now()
        await super().connect()

    @property
    def present(self) -> Present | None:
        client = self._client
        if client is None or TOPIC not in client.subscriber.subscriptions or reads_everything(client.user):
            return None
        return Present(str(client.user.pk), client.subscriber.acknowledged, self._cohorts)

    def welcomed(self, client: Client) -> None:
        self._presence = presence_of(self._hub)
        self._presence.enter(self)
        polls.forget(*browser_of(self.scope))

    def acknowledged(self, cursor: Cursor) -> None:
        if self._presence is not None:
            self._presence.answer(self, cursor)

    def left(self) -> None:
        if self._presence is not None:
            self._presence.leave(self)


def browser_of(scope: Scope) -> tuple[str, str]:
    """Its session and what it calls itself, as on its REST requests."""
    agent = dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")
    return str(getattr(scope.get("session"), "session_key", "")), agent
