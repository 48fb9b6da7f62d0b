"""Nobody keeps what is another's: each answer below /api/ says that it is its asker's, and one with a secret that it is none's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from identity.models import Role, User
from identity.services import make_link
from identity.tokens import make_token
from tests.acceptance.test_security_matrix import REST

pytestmark = pytest.mark.django_db
WATCHED = sorted(route for route in REST if route.split(" ", 1)[1].startswith(("api/", "ws/", "metrics")))
PRIVATE, SECRET = "private, no-cache", "no-store"
SETS_A_COOKIE = "api/session/"


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann", role=Role.OPERATOR)


def kept(client: Client, route: str, **headers: str) -> str:
    method, path = route.split(" ", 1)
    answer = client.generic(method, REST[route].path or f"/{path}", b"{}", "application/json", headers=headers)
    return str(answer.headers.get("Cache-Control"))


@pytest.mark.parametrize("route", WATCHED)
def test_each_answer_is_its_askers_alone_whether_he_is_let_in_or_not(client: Client, ann: User, route: str):
    """The path of the session gives everybody a cookie, and with it a secret."""
    expected = SECRET if route.endswith(" " + SETS_A_COOKIE) else PRIVATE
    secret = make_token(ann, "robot", Role.OPERATOR, timedelta(days=1), timezone.now()).secret
    assert kept(client, route) == expected
    assert kept(client, route, Authorization="Bearer nonsense") in (PRIVATE, expected)
    assert kept(client, route, Authorization=f"Bearer {secret}") == expected
    client.force_login(ann)
    assert kept(client, route) == expected


def test_what_is_not_there_may_be_there_soon(client: Client):
    assert client.get("/api/nothing/").headers["Cache-Control"] == PRIVATE


def test_what_still_holds_says_so_too(client: Client, ann: User):
    client.force_login(ann)
    first = client.get("/api/cutover/stages/")
    again = client.get("/api/cutover/stages/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, PRIVATE)


def test_a_secret_is_not_kept_at_all(client: Client, ann: User):
    link = {"token": make_link(ann, timezone.now())}
    entered = client.post("/api/session/link/", link, "application/json")
    made = client.post("/api/tokens/", {"name": "robot"}, "application/json")
    assert (entered.status_code, made.status_code) == (200, 201)
    assert entered.headers["Cache-Control"] == made.headers["Cache-Control"] == SECRET


def test_a_refusal_before_any_view_is_private(client: Client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    answer = client.post("/api/session/", {"username": "somebody"}, "application/json")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (413, PRIVATE)
