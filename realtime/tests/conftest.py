"""Fixtures of this package: the ledger as the only feature, and a layer that records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from realtime.testing import only
from realtime.tests.layers import RecordingLayer, settings_of
from realtime.tests.ledger import Ledger


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    made = Ledger()
    with only(made.feature):
        yield made


@pytest.fixture
def sent(settings) -> list[tuple[str, dict[str, Any]]]:
    """What was given to the layer: (group, message)."""
    settings.CHANNEL_LAYERS = settings_of(RecordingLayer)
    RecordingLayer.sent.clear()
    return RecordingLayer.sent


@pytest.fixture
def memory_layer(settings) -> None:
    """A fresh layer in memory."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
