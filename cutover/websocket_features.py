"""The stages themselves as a feature, for every signed-in client; and what operators look at while they move them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cutover.answers import read_answers
from cutover.console import read_console
from cutover.selectors import read_stages
from cutover.serializers import AnswersPayload, ConsolePayload
from identity.roles import is_operator
from realtime.contract import StagesPayload
from realtime.features import Delivery, Feature, Params, Reader, Stream, register

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


def may_look(user: Any, params: Params) -> bool:
    return is_operator(user)


def may_still_look(readers: Sequence[Reader]) -> list[bool]:
    return [is_operator(user) for user, _ in readers]


CONSOLE = register(
    Feature(
        "console",
        streams=[
            Stream("console", "console", "console", Delivery.STATE, ConsolePayload, read_console),
            Stream("answers", "answers", "answers", Delivery.STATE, AnswersPayload, read_answers),
        ],
        may_subscribe=may_look,
        may_keep=may_still_look,
        topics_for=lambda user: [],
    )
)
