"""Whose sockets may stay."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.utils import timezone

from identity.doorkeeper import SessionTicket, Ticket, TokenTicket, still_in, ticket_of
from identity.models import ApiToken, Role, User
from identity.roles import is_trader
from identity.services import probe_session
from identity.tests.factories import make_user
from identity.tokens import make_token, revoke_token

NOW = timezone.now()
LATER = NOW + timedelta(days=400)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_user("ann", password="correct horse", role=Role.TRADER)


def by_session(client, user: User) -> Ticket:
    client.force_login(user)
    ticket = ticket_of({"user": user, "session": client.session})
    assert isinstance(ticket, SessionTicket)
    return ticket


def by_token(user: User, role: Role = Role.VIEWER) -> TokenTicket:
    row = make_token(user, "robot", role, timedelta(days=1), NOW).row
    ticket = ticket_of({"user": user, "token": row})
    assert isinstance(ticket, TokenTicket)
    return ticket


def test_whoever_is_signed_in_stays(client, ann: User) -> None:
    assert still_in([ticket := by_session(client, ann)], NOW) == {ticket: ann}


def test_the_probe_stays() -> None:
    session = probe_session(NOW)
    store = import_module(settings.SESSION_ENGINE).SessionStore(session.cookies["sessionid"])
    probe = User.objects.get()
    ticket = ticket_of({"user": probe, "session": store})
    assert ticket is not None
    assert still_in([ticket], NOW) == {ticket: probe}
    assert still_in([ticket], session.expires_at) == {}


def test_nobody_has_no_ticket() -> None:
    assert ticket_of({"user": AnonymousUser()}) is None


def sign_out(client, ann: User) -> None:
    client.logout()


def leave(client, ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)


def change_the_password(client, ann: User) -> None:
    ann.set_password("another horse")
    ann.save()


def go_for_good(client, ann: User) -> None:
    ann.delete()


def let_the_session_end(client, ann: User) -> None:
    Session.objects.update(expire_date=NOW)


@pytest.mark.parametrize("do", [sign_out, leave, change_the_password, go_for_good, let_the_session_end])
def test_a_session_that_ended_holds_no_more(client, ann: User, do) -> None:
    bobs = by_session(type(client)(), make_user("bob", password="correct horse"))
    anns = by_session(client, ann)
    do(client, ann)
    assert anns not in still_in([anns, bobs], NOW)
    if do is not let_the_session_end:
        assert bobs in still_in([anns, bobs], NOW)


def test_a_token_lets_its_user_stay_in_its_role(ann: User) -> None:
    viewer, trader = by_token(ann), by_token(ann, Role.TRADER)
    found = still_in([viewer, trader], NOW)
    assert [is_trader(found[ticket]) for ticket in (viewer, trader)] == [False, True]


def test_a_token_that_ended_or_was_revoked_holds_no_more(ann: User) -> None:
    first, second = by_token(ann), by_token(ann)
    assert still_in([first, second], LATER) == {}
    assert revoke_token(ann, first.token_id)
    assert list(still_in([first, second], NOW)) == [second]
    User.objects.update(role=Role.PROBE)
    assert still_in([second], NOW) == {}


def test_all_are_asked_for_in_three_queries(client, ann: User, django_assert_num_queries) -> None:
    tickets = [by_token(ann) for _ in range(5)]
    tickets += [by_session(type(client)(), make_user(f"user{number}")) for number in range(5)]
    assert ApiToken.objects.count() == 5
    with django_assert_num_queries(3):
        assert len(still_in(tickets, NOW)) == 10
