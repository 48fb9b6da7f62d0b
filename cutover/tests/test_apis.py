"""The stages by REST and on the socket, for whoever is signed in."""

from __future__ import annotations

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from cutover import apis
from cutover.polls import Polls
from cutover.selectors import stages_now
from cutover.services import advance
from cutover.tests.makers import make_decision
from cutover.websocket_features import STAGES
from realtime import history
from realtime.contract import encode

pytestmark = pytest.mark.django_db
URL = "/api/cutover/stages/"


@pytest.fixture
def user():
    return get_user_model().objects.create_user("anna")


def test_it_answers_the_payload_with_its_cursor_and_304_while_nothing_moved(bonds, client, user):
    client.force_login(user)
    advance("bonds", make_decision(forced=True))
    answer = client.get(URL)
    assert (answer.status_code, answer.headers["X-As-Of"]) == (200, "2026-11-20T12:00:00Z")
    assert answer.json() == msgspec.json.decode(encode(stages_now()))
    again = client.get(URL, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_move_makes_a_new_answer(bonds, client, user):
    client.force_login(user)
    first = client.get(URL)
    assert [row["stage"] for row in first.json()["stages"]] == ["shadow"]
    advance("bonds", make_decision(forced=True))
    second = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert [row["stage"] for row in second.json()["stages"]] == ["canary"]


def test_nobody_signed_in_is_told_nothing(bonds, client):
    answer = client.get(URL)
    assert answer.status_code == 401


def test_the_topic_is_for_every_signed_in_user(user):
    assert STAGES.may_subscribe(user, {})
    assert not STAGES.may_subscribe(AnonymousUser(), {})
    assert list(STAGES.topics_for(user)) == ["stages"]


@pytest.mark.parametrize(
    ("header", "polls"),
    [("dashboard; reads=fallback", 1), ("dashboard; reads=timer", 1), ("dashboard; reads=first", 0), ("", 0)],
)
def test_a_dashboard_that_polls_the_stages_is_counted_with_what_it_was_answered(
    bonds, client, user, monkeypatch, header, polls
):
    monkeypatch.setattr(apis, "polls", Polls())
    client.force_login(user)
    advance("bonds", make_decision(forced=True))
    for _ in range(2):
        client.get(URL, headers={"X-Thor-Client": header})
    assert apis.polls.answered(timezone.now()) == [history.top_of("stages")] * polls
