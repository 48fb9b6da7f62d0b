"""The stages themselves as a feature, for every signed-in client; and what operators look at while they move them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.db.models.signals import post_save
from django.dispatch import receiver

from cutover.answers import read_answers
from cutover.console import read_console, tell
from cutover.models import SignOff, StageMove
from cutover.selectors import read_stages
from cutover.serializers import AnswersPayload, ConsolePayload
from identity.roles import is_operator
from realtime.contract import StagesPayload
from realtime.features import Delivery, Feature, Params, Reader, Stream, register


@receiver(post_save, sender=StageMove)
@receiver(post_save, sender=SignOff)
def tell_operators(sender: type[Model], instance: StageMove | SignOff, **_: Any) -> None:
    """After the commit: what the console reads must hold no move back, and no fault of it undo one."""
    transaction.on_commit(partial(tell, instance.at), robust=True)


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
