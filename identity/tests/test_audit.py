"""What is kept of who came in, was refused, and left."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from identity import audit
from identity.audit import KEPT_FOR, Forgotten, note, note_member
from identity.models import By, Outcome, SignInAudit, User
from identity.services import make_link
from identity.tests.factories import make_user
from identity.throttling import PER_ADDRESS_AND_NAME

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
PASSWORD = "correct horse battery"
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_user("ann", password=PASSWORD)


def rows() -> list[tuple[str, str, str]]:
    return list(SignInAudit.objects.order_by("pk").values_list("username", "by", "outcome"))


def sign_in(client: Client, password: str = PASSWORD, username: str = "ann"):
    return client.post("/api/session/", {"username": username, "password": password}, "application/json")


def test_signing_in_and_out_by_password(client: Client, ann: User) -> None:
    sign_in(client, "wrong")
    sign_in(client)
    client.delete("/api/session/")
    assert rows() == [
        ("ann", "password", "refused"),
        ("ann", "password", "signed_in"),
        ("ann", "session", "signed_out"),
    ]
    row = SignInAudit.objects.last()
    assert (row.user, row.address) == (ann, "127.0.0.1")


def test_signing_in_by_link(client: Client, ann: User) -> None:
    token = make_link(ann, timezone.now())
    for _ in range(2):
        client.post("/api/session/link/", {"token": token}, "application/json")
    assert rows() == [("ann", "link", "signed_in"), ("", "link", "refused")]


def test_of_a_name_that_is_nobodys_nothing_is_kept(client: Client, ann: User) -> None:
    sign_in(client, username="my password, by mistake")
    assert rows() == [("", "password", "refused")]


def test_a_lock_out_is_noted_once(client: Client, ann: User) -> None:
    for _ in range(PER_ADDRESS_AND_NAME + 3):
        sign_in(client, "wrong")
    assert rows() == [("ann", "password", "refused")] * PER_ADDRESS_AND_NAME + [("ann", "password", "locked_out")]


def test_tokens_made_and_revoked(client: Client, ann: User) -> None:
    client.force_login(ann)
    made = client.post("/api/tokens/", {"name": "robot"}, "application/json").json()
    client.delete(f"/api/tokens/{made['id']}/")
    secret = client.post("/api/tokens/", {"name": "robot"}, "application/json").json()["token"]
    Client().delete("/api/session/", headers={"Authorization": f"Bearer {secret}"})
    assert rows() == [("ann", "token", "made"), ("ann", "token", "revoked")] * 2


def test_what_is_kept_is_bounded_and_what_goes_is_counted(ann: User, monkeypatch) -> None:
    monkeypatch.setattr(audit, "MOST_ROWS", 3)
    monkeypatch.setattr(audit, "forgotten", Forgotten())
    for _ in range(5):
        note(ann, "10.0.0.1", By.PASSWORD, Outcome.SIGNED_IN, NOW)
    assert len(rows()) == 3
    note(ann, "x" * 100, By.PASSWORD, Outcome.SIGNED_IN, NOW + KEPT_FOR + timedelta(seconds=1))
    assert len(rows()) == 1
    assert audit.forgotten.rows == 5


def test_what_was_noted_outlives_its_user(ann: User) -> None:
    note(ann, "10.0.0.1", By.PASSWORD, Outcome.SIGNED_IN, NOW)
    ann.delete()
    assert rows() == [("ann", "password", "signed_in")]


def test_a_command_prints_the_newest(ann: User) -> None:
    note(ann, "10.0.0.1", By.PASSWORD, Outcome.SIGNED_IN, NOW)
    note("nobody", "", By.LINK, Outcome.REFUSED, NOW)
    out = StringIO()
    call_command("sign_ins", stdout=out)
    assert out.getvalue() == (
        "2026-11-20 14:30:00Z  (nobody known)  link  refused  this machine\n"
        "2026-11-20 14:30:00Z  ann  password  signed_in  10.0.0.1\n"
    )
    for arguments in (["--user", "ann"], ["--user", "ann", "--limit", "1"]):
        out = StringIO()
        call_command("sign_ins", *arguments, stdout=out)
        assert out.getvalue().count("\n") == 1


def test_memberships_are_kept_and_printed_with_their_account(ann: User) -> None:
    note_member(ann, "primary", Outcome.ADDED, NOW)
    out = StringIO()
    call_command("sign_ins", stdout=out)
    assert out.getvalue() == "2026-11-20 14:30:00Z  ann  member  added  this machine  primary\n"
