"""Plans, features and decisions for tests."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from cutover import plans
from cutover.advice import Observed
from cutover.models import ServerProcess, StageRecord
from cutover.services import Decision
from cutover.stages import Source, Stage, Standing
from realtime.features import Delivery, Feature, Reading, Stream

NOON = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


class BondPayload(msgspec.Struct, frozen=True):
    isin: str


def make_feature(name: str) -> Feature:
    """A feature with one line a bond."""
    stream = Stream(
        name,
        name,
        f"{name}.{{isin}}",
        Delivery.EVENT,
        BondPayload,
        lambda keys: [Reading(BondPayload("x"), NOON)] * len(keys),
    )
    return Feature(name, streams=[stream], may_subscribe=lambda user, params: True, topics_for=lambda user: [])


def make_plan(feature: str = "bonds", **differing) -> plans.Plan:
    fields = {"flag": f"WS_FEATURE_{feature.upper()}", "rest": f"/api/{feature}/", "calendar": "XNYS", "every": 10}
    return plans.plan(feature, **(fields | differing))


def make_decision(**differing) -> Decision:
    return Decision(**({"by": "anna", "reason": "looks right", "at": NOON} | differing))


def make_record(**differing) -> StageRecord:
    return StageRecord.objects.create(**({"feature": "bonds"} | differing))


def make_observed(**differing) -> Observed:
    """A fresh feature in shadow, by default of the plan `bonds`."""
    fields = {
        "plan": plans.Plan("bonds", "WS_FEATURE_BONDS", "/api/bonds/", "XNYS", 10),
        "standing": Standing(Stage.SHADOW, 0, Source.RECORD),
        "version": 0,
        "changed_at": None,
        "flag": "",
        "last_run": NOON,
        "published": 3,
    }
    return Observed(**(fields | differing))


def make_process(**differing) -> ServerProcess:
    """A process that lives at noon; not stored."""
    fields = {"name": "here:1", "kind": "server", "release": "0.1.0", "started_at": NOON, "seen_at": NOON}
    return ServerProcess(**(fields | differing))
