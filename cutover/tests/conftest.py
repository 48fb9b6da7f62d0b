"""A feature of ours, planned for a cutover: `bonds`, and no other."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db.models import F

from cutover import cohorts, plans, selectors, sessions
from cutover.tests.cases import Weekdays
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
    monkeypatch.setattr(sessions, "_current", [Weekdays()])
    monkeypatch.setitem(jobs._declarations, "bonds", make_declaration("bonds", features=("bonds",)))
    features.register(make_feature("bonds"))
    yield make_plan("bonds")
    features.forget("bonds")


@pytest.fixture
def cohort(monkeypatch):
    """The only cohort: users with an odd key."""
    monkeypatch.setattr(cohorts, "_cohorts", {})
    odd = get_user_model().objects.annotate(rest=F("pk") % 2).filter(rest=1)
    return cohorts.register("odd", lambda user: user.pk % 2 == 1, lambda: odd.values_list("pk", flat=True))
