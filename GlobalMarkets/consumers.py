"""The dashboard's socket: realtime's shell, named for this project, which also tells a client where each feature stands."""

from __future__ import annotations

from typing import Any

import msgspec

from cutover import selectors as cutover
from realtime.consumer import LiveConsumer
from realtime.contract import FeatureRow, WelcomePayload


class MarketDataConsumer(LiveConsumer):
    def introduction(self, user: Any) -> WelcomePayload:
        plans = cutover.plans()
        return msgspec.structs.replace(
            super().introduction(user),
            stages=cutover.stages_now().stages,
            buckets={plan.feature: cutover.bucket(plan.feature, user) for plan in plans},
            features=[FeatureRow(plan.feature, plan.every, plan.rest) for plan in plans],
        )
