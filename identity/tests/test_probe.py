"""The probe: comes in by a session that it makes itself, and by no other way."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from identity.errors import LinkUnknownError, ProbeNameTakenError
from identity.models import Role, User
from identity.services import PROBE_SESSION_LIFETIME, ProbeSession, make_link, probe_session, use_link
from identity.tests.factories import make_user

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def client_of(session: ProbeSession) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.cookies.load(dict(session.cookies))
    return client


def test_its_session_lets_it_in() -> None:
    answer = client_of(probe_session(timezone.now())).get("/api/session/")
    assert (answer.status_code, answer.json()["user"]["role"]) == (200, "probe")


def test_it_is_one_user_without_a_password() -> None:
    sessions = [probe_session(NOW) for _ in range(2)]
    assert len({session.cookies["sessionid"] for session in sessions}) == 2
    probe = User.objects.get()
    assert [session.user for session in sessions] == [probe, probe]
    assert (probe.username, probe.role, probe.has_usable_password()) == ("probe", Role.PROBE, False)


def test_its_session_ends_after_an_hour() -> None:
    assert probe_session(NOW).expires_at == NOW + timedelta(hours=1)
    old = probe_session(timezone.now() - PROBE_SESSION_LIFETIME - timedelta(seconds=1))
    assert client_of(old).get("/api/session/").status_code == 401


def test_sessions_that_have_expired_are_swept() -> None:
    for hours in range(4):
        probe_session(NOW + timedelta(hours=2 * hours))
    assert Session.objects.count() == 1


@pytest.mark.parametrize("differing", [{"role": Role.OPERATOR}, {"role": Role.PROBE, "is_active": False}])
def test_a_name_that_is_taken_is_said(differing) -> None:
    make_user("probe", **differing)
    with pytest.raises(ProbeNameTakenError, match="user `probe`"):
        probe_session(NOW)


def test_no_password_signs_it_in(client: Client) -> None:
    make_user("probe", password="correct horse", role=Role.PROBE)
    answer = client.post("/api/session/", {"username": "probe", "password": "correct horse"}, "application/json")
    assert answer.status_code == 401


def test_no_link_signs_it_in() -> None:
    probe = make_user("probe", role=Role.PROBE)
    with pytest.raises(LinkUnknownError):
        use_link(make_link(probe, NOW), NOW)
    with pytest.raises(CommandError, match="'probe'"):
        call_command("sign_in_link", "probe")


def test_no_command_makes_a_second_one() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("create_user", "spy", "--role", "probe")
