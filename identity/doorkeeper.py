"""Whose sockets may stay: of all the tickets that clients came in with, those that still hold, in three queries."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session

from identity.models import ApiToken, Role, User
from identity.roles import signs_in


@dataclass(frozen=True, slots=True)
class SessionTicket:
    """`password` is Django's hash of it for sessions: who changes his password ends them."""

    user_id: int
    session_key: str
    password: str


@dataclass(frozen=True, slots=True)
class TokenTicket:
    user_id: int
    token_id: int


Ticket = SessionTicket | TokenTicket


def ticket_of(scope: dict[str, Any]) -> Ticket | None:
    """What the client of a socket came in with; None for nobody."""
    user = scope["user"]
    if not isinstance(user, User):
        return None
    if "token" in scope:
        return TokenTicket(user.pk, scope["token"].pk)
    return SessionTicket(user.pk, str(scope["session"].session_key), user.get_session_auth_hash())


def still_in(tickets: Collection[Ticket], now: datetime) -> dict[Ticket, User]:
    """The users, read anew, of the tickets that still let somebody in."""
    users = User.objects.filter(is_active=True).in_bulk({ticket.user_id for ticket in tickets})
    sessions = _sessions({ticket.session_key for ticket in tickets if isinstance(ticket, SessionTicket)}, now)
    tokens = _tokens({ticket.token_id for ticket in tickets if isinstance(ticket, TokenTicket)}, now)
    found = {ticket: _user(ticket, users.get(ticket.user_id), sessions, tokens) for ticket in tickets}
    return {ticket: user for ticket, user in found.items() if user is not None}


def _user(ticket: Ticket, user: User | None, sessions: set[str], tokens: dict[int, Role]) -> User | None:
    if user is None:
        return None
    if isinstance(ticket, SessionTicket):
        is_same = ticket.session_key in sessions and ticket.password == user.get_session_auth_hash()
        return user if is_same else None
    return _bounded(user, tokens.get(ticket.token_id))


def _bounded(user: User, role: Role | None) -> User | None:
    if role is None or not signs_in(user):
        return None
    his = copy(user)
    his.bound = role
    return his


def _sessions(keys: Collection[str], now: datetime) -> set[str]:
    standing = Session.objects.filter(session_key__in=keys, expire_date__gt=now)
    return set(standing.values_list("session_key", flat=True))


def _tokens(keys: Collection[int], now: datetime) -> dict[int, Role]:
    standing = ApiToken.objects.filter(pk__in=keys, expiry__gt=now)
    return {pk: Role(role) for pk, role in standing.values_list("pk", "role")}
