"""How REST knows who asks: by a Bearer token, or by the session's cookie with CSRF checked on every unsafe request."""

from __future__ import annotations

from typing import Any

from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from identity.models import ApiToken, Role, User
from identity.roles import signs_in

INVALID = "The token is not known here, or it has expired or was revoked."


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc] # knox is not typed
    """`Authorization: Bearer …`. Its user acts in the token's role, where that is less than his own."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        """Whose token it is; AuthenticationFailed where it lets nobody in."""
        try:
            user, row = super().authenticate_credentials(token)
        except (AuthenticationFailed, UnicodeDecodeError):
            raise AuthenticationFailed(INVALID) from None
        if not signs_in(user):
            raise AuthenticationFailed(INVALID)
        user.bound = Role(row.role)
        return user, row


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session. A request with a token never comes so far: its cookies are taken away (`one_credential`)."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """The signed-in user, or None; PermissionDenied where the CSRF token is missing (signing in needs one, too)."""
        user = getattr(request._request, "user", None)
        self.enforce_csrf(request)
        if user is None or not user.is_active:
            return None
        return (user, None)
