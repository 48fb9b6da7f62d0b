"""Parcels and labels: what is published says its own number and size; the rows are what the history has of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from realtime import history
from realtime.features import Delivery, Feature, Key, Params, Reading, Stream

PACKED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


class Parcel(msgspec.Struct, frozen=True):
    number: int
    filling: str


class Stored(msgspec.Struct, frozen=True):
    """A frame, as far as it is of interest."""

    data: Parcel


def parcels(keys: Sequence[Key]) -> list[Reading | None]:
    return [Reading(Parcel(key["number"], "x" * key["size"]), PACKED) for key in keys]


def labels(keys: Sequence[Key]) -> list[Reading | None]:
    """As they are published, or the newest where nothing but the box is named."""
    return [parcels([key])[0] if "number" in key else next(iter(_newest(f"labels.{key['box']}")), None) for key in keys]


def newest_parcels(params: Params) -> list[Reading]:
    return _newest(f"parcels.{params['box']}")


def _newest(topic: str) -> list[Reading]:
    """One, where there is any."""
    newest = history.since(topic, history.top_of(topic).offset - 1)
    return [Reading(msgspec.json.decode(publication.text, type=Stored).data, PACKED) for publication in newest]


PARCELS = Feature(
    "parcels",
    [
        Stream("parcels", "parcel", "parcels.{box}", Delivery.EVENT, Parcel, parcels, newest_parcels),
        Stream("labels", "label", "labels.{box}", Delivery.STATE, Parcel, labels),
    ],
    may_subscribe=lambda user, params: True,
    topics_for=lambda user: [],
)
