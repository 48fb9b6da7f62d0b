"""A feature of ours, planned for a cutover: `bonds`, and no other."""

from __future__ import annotations

import pytest

from cutover import plans, selectors
from cutover.tests.makers import make_feature, make_plan
from jobs.registry import registry as jobs
from jobs.tests.makers import make_declaration
from realtime.features import registry as features


@pytest.fixture
def bonds(monkeypatch, settings):
    """The plan of `bonds`, its stream and the job that carries it; nothing set in the environment."""
    settings.WS_FEATURES = {}
    monkeypatch.setattr(plans, "_plans", {})
    monkeypatch.setattr(selectors, "_last_read", {})
    monkeypatch.setitem(jobs._declarations, "bonds", make_declaration("bonds", features=("bonds",)))
    features.register(make_feature("bonds"))
    yield make_plan("bonds")
    features.forget("bonds")
