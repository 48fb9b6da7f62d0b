"""Who a socket's client is: by a Bearer token and nothing else, or by the session's cookie with our own page's Origin."""

from __future__ import annotations

import time
from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import AuthenticationFailed

from identity.addresses import address_of_scope, counted_as
from identity.authentication import TokenAuthentication
from identity.doorkeeper import ticket_of
from identity.limits import limits
from identity.one_credential import token_of
from identity.origin import ExactOrigin


class SocketHandshake:
    """ASGI middleware: sets `scope["user"]`, and `scope["ticket"]` by which he is asked for again (`doorkeeper`).

    A token in the query string is none: addresses are written down. An address that asks too much is refused (HTTP 403).
    """

    def __init__(self, application: Any) -> None:
        self._by_token = ByToken(Ticketed(application))
        self._by_session = ExactOrigin(AuthMiddlewareStack(Ticketed(application)))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if limits.of_addresses.take(counted_as(address_of_scope(scope)), time.monotonic()):
            await send({"type": "websocket.close"})
            return
        by = self._by_session if token_of(scope) is None else self._by_token
        await by(scope, receive, send)


class ByToken:
    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        found = await database_sync_to_async(found_by_token)(token_of(scope) or b"")
        await self._application(scope | found, receive, send)


def found_by_token(token: bytes) -> dict[str, Any]:
    """Nobody where the token lets nobody in: then the socket is accepted, and closed with the code that says so."""
    try:
        user, row = TokenAuthentication().authenticate_credentials(token)
    except AuthenticationFailed:
        return {"user": AnonymousUser()}
    return {"user": user, "token": row}


class Ticketed:
    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        await self._application(scope | {"ticket": ticket_of(scope)}, receive, send)
