"""What somebody who wants in tries at the door, and learns nothing by."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from identity.models import Role
from identity.services import make_link
from identity.sessions import SessionStore
from identity.tests.factories import make_user
from identity.tests.test_apis import PASSWORD, browser, post, sign_in
from identity.throttling import PER_ADDRESS_AND_NAME

__all__ = ["browser"]
NAMES = ("ann", "gone", "by-link", "probe", "nobody")
pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody() -> None:
    """One who has a password, one who left, one who has none, the probe; and there is no `nobody`."""
    make_user("ann", PASSWORD)
    make_user("gone", PASSWORD, is_active=False)
    make_user("by-link")
    make_user("probe", role=Role.PROBE)


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """Each time that a password is hashed, which is what signing in takes."""
    found: list[str] = []
    encode = PBKDF2PasswordHasher.encode

    def counted(self: PBKDF2PasswordHasher, password: str, salt: str, iterations: int | None = None) -> str:
        found.append(salt)
        return encode(self, password, salt, iterations)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)
    return found


def test_who_exists_is_told_neither_by_the_answer_nor_by_the_work(browser: Client, everybody, hashed) -> None:
    answers, work = {}, {}
    for name in NAMES:
        hashed.clear()
        answer = sign_in(browser, name, "wrong")
        answers[name] = (answer.status_code, answer.content, tuple(sorted(answer.headers.keys())))
        work[name] = len(hashed)
    assert len(set(answers.values())) == 1
    assert work == dict.fromkeys(NAMES, 1)


def test_who_exists_is_not_told_by_a_lock_out(browser: Client, everybody) -> None:
    answers = {name: [sign_in(browser, name, "wrong") for _ in range(PER_ADDRESS_AND_NAME + 1)][-1] for name in NAMES}
    assert {answer.status_code for answer in answers.values()} == {429}
    assert len({re.sub(r"\d+ seconds", "", answer.content.decode()) for answer in answers.values()}) == 1


def test_a_session_that_was_foisted_on_somebody_is_not_the_one_that_he_signs_in_by(browser: Client) -> None:
    make_user("ann", PASSWORD)
    foisted = SessionStore()
    foisted["mine"] = "yes"
    foisted.create()
    browser.cookies["sessionid"] = str(foisted.session_key)
    assert sign_in(browser).status_code == 200
    assert browser.session.session_key != foisted.session_key
    assert not Session.objects.filter(session_key=foisted.session_key).exists()


def test_a_session_of_a_key_that_was_made_up_is_none(browser: Client) -> None:
    make_user("ann", PASSWORD)
    browser.cookies["sessionid"] = "m" * 32
    assert sign_in(browser).status_code == 200
    assert browser.session.session_key != "m" * 32


@pytest.mark.parametrize("key", ["a" * 31 + "\x00", "a" * 31 + "é", "' OR 1=1 --", "a" * 7, "", None])
def test_what_cannot_be_a_sessions_key_is_not_looked_for(key, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert SessionStore(key).get("user") is None


def test_a_cookie_with_a_nul_is_nobodys(client: Client) -> None:
    assert client.get("/api/session/", headers={"Cookie": 'sessionid="aaaaaaaaaaaa\\000"'}).status_code == 401


def test_a_page_from_elsewhere_signs_nobody_in_by_a_link(browser: Client) -> None:
    """Else it could have him work in its own name without his knowing."""
    wish = {"token": make_link(make_user(), timezone.now())}
    browser.get("/api/session/")
    token = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    elsewhere = {"Origin": "http://elsewhere.example"}
    for headers in ({}, elsewhere, token | elsewhere, token | {"Origin": "null"}):
        answer = browser.post("/api/session/link/", wish, "application/json", headers=headers)
        assert answer.status_code == 403
    assert browser.post("/api/session/link/", wish, "text/plain", headers=token).status_code == 415
    assert post(browser, "/api/session/link/", wish).status_code == 200


def test_signing_in_changes_what_a_page_must_send(browser: Client) -> None:
    make_user("ann", PASSWORD)
    browser.get("/api/session/")
    before = browser.cookies["csrftoken"].value
    assert sign_in(browser).status_code == 200
    assert browser.cookies["csrftoken"].value != before


def test_a_session_cookie_is_not_for_scripts_and_ends(browser: Client) -> None:
    make_user("ann", PASSWORD)
    cookie = sign_in(browser).cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert Session.objects.get().expire_date < timezone.now() + timedelta(days=15)
