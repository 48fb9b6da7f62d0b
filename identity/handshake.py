"""Who a socket's client is: by a Bearer token and nothing else, or by the session's cookie with our own page's Origin."""

from __future__ import annotations

from typing import Any

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser
from rest_framework.exceptions import AuthenticationFailed

from identity.authentication import TokenAuthentication
from identity.models import User
from identity.one_credential import token_of
from identity.origin import ExactOrigin


class SocketHandshake:
    """ASGI middleware: sets `scope["user"]`. A token in the query string is none: addresses are written down."""

    def __init__(self, application: Any) -> None:
        self._by_token = ByToken(application)
        self._by_session = ExactOrigin(AuthMiddlewareStack(application))

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        by = self._by_session if token_of(scope) is None else self._by_token
        await by(scope, receive, send)


class ByToken:
    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        user = await database_sync_to_async(user_of_token)(token_of(scope) or b"")
        await self._application(scope | {"user": user}, receive, send)


def user_of_token(token: bytes) -> User | AnonymousUser:
    """Nobody where the token lets nobody in: then the socket is accepted, and closed with the code that says so."""
    try:
        user, _ = TokenAuthentication().authenticate_credentials(token)
    except AuthenticationFailed:
        return AnonymousUser()
    return user
