"""The stages themselves as a feature: every signed-in client hears of every move on the topic `stages`."""

from __future__ import annotations

from cutover.selectors import read_stages
from realtime.contract import StagesPayload
from realtime.features import Delivery, Feature, Stream, register

STAGES = register(
    Feature(
        "stages",
        streams=[
            Stream(
                name="stages",
                message="stages",
                topic="stages",
                delivery=Delivery.STATE,
                payload=StagesPayload,
                read=read_stages,
            )
        ],
        may_subscribe=lambda user, params: bool(user.is_authenticated),
        topics_for=lambda user: ["stages"],
    )
)
