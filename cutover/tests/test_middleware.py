"""REST by stage: headers, callers, 410, and that it reopens."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import RequestFactory

from cutover import use
from cutover.middleware import KNOWN_FOR_SECONDS, Known, RestByStage
from cutover.models import RestUse
from cutover.models.use import Caller
from cutover.services import rollback
from cutover.stages import Stage
from cutover.tests.makers import NOON, make_decision, make_record
from cutover.use import Uses
from identity.models import Role
from identity.tests.factories import make_user
from realtime.testing import FakeClock

pytestmark = pytest.mark.django_db
TIMER = {"X-Thor-Client": "dashboard; reads=timer"}


@pytest.fixture(autouse=True)
def _nobody_known(monkeypatch):
    monkeypatch.setattr(use, "uses", Uses())


@pytest.fixture
def stage(bonds):
    return lambda stage: make_record(stage=stage, entered_at=NOON, version=3, entered_version=3)


@pytest.fixture
def ask(bonds):
    """Asks for a path of `bonds`; `status` is what the view answers."""
    user = make_user("ann")

    def ask(path="/api/bonds/", status=200, method="get", user=user, token=None, clock=None, **headers):
        def view(request):
            request.user, request.auth = user, token
            return HttpResponse("[]", status=status)

        middleware = RestByStage(view)
        if clock:
            middleware._known = clock
        return middleware(getattr(RequestFactory(), method)(path, headers=headers))

    return ask


def callers():
    return [(row.caller, row.username, row.credential, row.agent, row.calls) for row in RestUse.objects.order_by("id")]


def test_before_sunset_rest_answers_as_ever_and_the_caller_is_counted(ask, stage):
    stage(Stage.LIVE)
    answer = ask(**{"User-Agent": "curl/8"})
    assert (answer.status_code, answer.content) == (200, b"[]")
    assert not {"Deprecation", "Sunset", "Link"} & set(answer.headers)
    assert callers() == [("program", "ann", "session", "curl/8", 1)]


def test_in_sunset_every_answer_says_so(ask, stage):
    stage(Stage.SUNSET)
    for answer in (ask(), ask(**TIMER), ask(status=304), ask(method="head")):
        assert answer.headers["Deprecation"] == "@1795176000"
        assert answer.headers["Sunset"] == "Fri, 04 Dec 2026 12:00:00 GMT"
        assert 'rel="successor-version"' in answer.headers["Link"]


def test_in_retired_programs_are_told_that_it_is_gone_and_counted(ask, stage):
    stage(Stage.RETIRED)
    answer = ask(token=SimpleNamespace(name="ci"), **TIMER)
    assert (answer.status_code, answer.headers["Content-Type"]) == (410, "application/problem+json")
    assert json.loads(answer.content)["topics"] == ["bonds.{isin}"]
    assert "Deprecation" in answer.headers
    assert callers() == [("program", "ann", "token ci", "", 1)]


def test_the_probe_and_dashboards_are_always_answered(ask, stage):
    stage(Stage.RETIRED)
    probe = make_user("probe", role=Role.PROBE)
    assert ask(user=probe).status_code == 200
    assert ask(**TIMER).status_code == 200
    assert [row[0] for row in callers()] == [Caller.PROBE, Caller.TIMER]


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_whoever_is_refused_learns_nothing_of_stages(ask, stage, status):
    stage(Stage.RETIRED)
    answer = ask(status=status, user=AnonymousUser())
    assert (answer.status_code, "Link" in answer.headers) == (status, False)
    assert callers() == []


def test_other_paths_and_methods_are_left_alone(ask, stage):
    stage(Stage.RETIRED)
    assert ask("/api/desk/").status_code == 200
    assert ask(method="post").status_code == 200
    assert callers() == []


def test_a_rollback_reopens_as_soon_as_the_stages_are_read_again(ask, stage):
    stage(Stage.RETIRED)
    clock = FakeClock()
    known = Known(lambda: clock().timestamp())
    assert ask(clock=known).status_code == 410
    rollback("bonds", make_decision())
    assert ask(clock=known).status_code == 410
    clock.advance(KNOWN_FOR_SECONDS)
    answer = ask(clock=known)
    assert (answer.status_code, "Deprecation" in answer.headers) == (200, False)


def test_stages_are_not_read_for_each_request(bonds, django_assert_num_queries):
    clock = FakeClock()
    known = Known(lambda: clock().timestamp())
    known.of("bonds")
    with django_assert_num_queries(0):
        assert known.of("bonds").stage is Stage.SHADOW
        assert known.of("shares").stage is Stage.SHADOW


def test_while_the_store_cannot_be_read_the_last_that_was_read_holds_else_rest_is_open(bonds, stage):
    def refuse(execute, *call):
        raise OperationalError("the disk is gone")

    clock = FakeClock()
    known = Known(lambda: clock().timestamp())
    with connection.execute_wrapper(refuse):
        assert known.of("bonds").stage is Stage.SHADOW
    stage(Stage.SUNSET)
    clock.advance(1)
    assert known.of("bonds").entered_at == NOON
    clock.advance(1)
    with connection.execute_wrapper(refuse):
        assert (known.of("bonds").stage, known.of("bonds").entered_at) == (Stage.SUNSET, NOON)


def test_one_request_reads_and_the_others_go_by_what_is_known(bonds, stage):
    clock = FakeClock()
    known = Known(lambda: clock().timestamp())
    known.of("bonds")
    stage(Stage.RETIRED)
    clock.advance(1)
    with known._lock:
        assert known.of("bonds").stage is Stage.SHADOW
    assert known.of("bonds").stage is Stage.RETIRED


def test_a_count_that_fails_spoils_no_answer(ask, stage, monkeypatch):
    def fail(now):
        raise RuntimeError("no market")

    monkeypatch.setattr(use, "market_time", fail)
    assert ask().status_code == 200
