"""How REST knows who asks: the session's cookie, with CSRF checked on every unsafe request, signed in or not."""

from __future__ import annotations

from rest_framework import authentication
from rest_framework.request import Request


class SessionAuthentication(authentication.SessionAuthentication):
    """Django's session; nobody signed in is a 401, which needs a WWW-Authenticate to be one."""

    def authenticate(self, request: Request) -> tuple[object, None] | None:
        """The signed-in user, or None; PermissionDenied where the CSRF token is missing (signing in needs one, too)."""
        user = getattr(request._request, "user", None)
        self.enforce_csrf(request)
        if user is None or not user.is_active:
            return None
        return (user, None)

    def authenticate_header(self, request: Request) -> str:
        return 'Session realm="thor"'
