"""Signing in and out over HTTP."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from identity.models import Role
from identity.services import LINK_LIFETIME, make_link
from identity.tests.factories import make_user
from identity.throttling import PER_ADDRESS_AND_NAME

PASSWORD = "correct horse battery"
pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """A client that CSRF is checked for, as for a browser."""
    return Client(enforce_csrf_checks=True)


def post(browser: Client, path: str, body: object):
    """What the dashboard does: fetch the CSRF cookie, then post with its header."""
    browser.get("/api/session/")
    return browser.post(path, body, "application/json", headers={"X-CSRFToken": browser.cookies["csrftoken"].value})


def sign_in(browser: Client, username: str = "ann", password: str = PASSWORD):
    return post(browser, "/api/session/", {"username": username, "password": password})


def test_nobody_signed_in_is_a_401(browser: Client) -> None:
    answer = browser.get("/api/session/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert json.loads(answer.content)["status"] == 401


def test_password_signs_in(browser: Client) -> None:
    ann = make_user(password=PASSWORD, role=Role.TRADER)
    answer = sign_in(browser)
    assert answer.status_code == 200
    expected = {"user": {"id": ann.pk, "username": "ann", "role": "trader"}}
    assert json.loads(answer.content) == expected
    assert json.loads(browser.get("/api/session/").content) == expected


def test_wrong_password_does_not(browser: Client) -> None:
    make_user(password=PASSWORD)
    assert sign_in(browser, password="wrong").status_code == 401
    assert browser.get("/api/session/").status_code == 401


def test_who_left_cannot_sign_in(browser: Client) -> None:
    make_user(password=PASSWORD, is_active=False)
    assert sign_in(browser).status_code == 401


def test_a_session_ends_when_its_user_leaves(browser: Client) -> None:
    ann = make_user(password=PASSWORD)
    sign_in(browser)
    ann.is_active = False
    ann.save()
    assert browser.get("/api/session/").status_code == 401


def test_guessing_is_throttled_even_when_right_at_last(browser: Client) -> None:
    make_user(password=PASSWORD)
    for _ in range(PER_ADDRESS_AND_NAME):
        sign_in(browser, password="wrong")
    answer = sign_in(browser)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300


def test_signing_in_needs_the_csrf_token(browser: Client) -> None:
    make_user(password=PASSWORD)
    answer = browser.post("/api/session/", {"username": "ann", "password": PASSWORD}, "application/json")
    assert answer.status_code == 403
    assert "CSRF" in json.loads(answer.content)["detail"]


def test_another_origin_cannot_sign_in(browser: Client) -> None:
    browser.get("/api/session/")
    headers = {"X-CSRFToken": browser.cookies["csrftoken"].value, "Origin": "http://localhost:3000"}
    answer = browser.post("/api/session/", {}, "application/json", headers=headers)
    assert answer.status_code == 403


def test_missing_fields_are_named(browser: Client) -> None:
    answer = post(browser, "/api/session/", {"username": "ann"})
    assert answer.status_code == 400
    assert [error["field"] for error in json.loads(answer.content)["errors"]] == ["password"]


@pytest.mark.parametrize("body", ["{", "[]", '"text"', "null"])
def test_a_body_of_another_shape_is_a_400(browser: Client, body: str) -> None:
    assert post(browser, "/api/session/", body).status_code == 400


def test_link_signs_in_once(browser: Client) -> None:
    token = make_link(make_user(role=Role.OPERATOR), timezone.now())
    answer = post(browser, "/api/session/link/", {"token": token})
    assert json.loads(answer.content)["user"]["role"] == "operator"
    assert browser.get("/api/session/").status_code == 200
    assert post(Client(enforce_csrf_checks=True), "/api/session/link/", {"token": token}).status_code == 401


def test_signing_in_again_keeps_the_session_and_begins_its_time_anew(browser: Client) -> None:
    make_user(password=PASSWORD)
    sign_in(browser)
    key = browser.session.session_key
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=1))
    sign_in(browser)
    assert browser.session.session_key == key
    assert Session.objects.get().expire_date > timezone.now() + timedelta(days=1)


def test_signing_in_as_another_ends_the_session(browser: Client) -> None:
    make_user(password=PASSWORD)
    make_user("bob", password=PASSWORD)
    sign_in(browser)
    key = browser.session.session_key
    sign_in(browser, "bob")
    assert [row.session_key for row in Session.objects.all()] == [browser.session.session_key] != [key]


def test_an_old_link_says_so(browser: Client) -> None:
    token = make_link(make_user(), timezone.now() - LINK_LIFETIME)
    answer = post(browser, "/api/session/link/", {"token": token})
    assert answer.status_code == 401
    assert json.loads(answer.content)["detail"] == "The sign-in link has expired: ask for a new one."


def test_signing_out_ends_the_session(browser: Client) -> None:
    make_user(password=PASSWORD)
    sign_in(browser)
    token = browser.cookies["csrftoken"].value
    assert browser.delete("/api/session/", headers={"X-CSRFToken": token}).status_code == 204
    assert browser.get("/api/session/").status_code == 401


def test_signing_out_needs_the_csrf_token(browser: Client) -> None:
    make_user(password=PASSWORD)
    sign_in(browser)
    assert browser.delete("/api/session/").status_code == 403
    assert browser.get("/api/session/").status_code == 200
