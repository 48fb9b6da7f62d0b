"""Whose behaviour evidence describes: one release of Thor, one broker, one feed."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Provenance:
    """Evidence of one is none of another. `feed` of a replay names its file."""

    release: str
    broker: str
    feed: str


def provenance() -> Provenance:
    """As this process is set."""
    replayed = settings.REPLAY.rsplit("/", 1)[-1]
    return Provenance(settings.VERSION, settings.BROKER, f"replay:{replayed}"[:120] if replayed else settings.FEED)
