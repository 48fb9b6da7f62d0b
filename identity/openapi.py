"""Tells drf-spectacular how one signs in, so that /docs says it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenExtension(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # drf-spectacular's is not typed
    """A program's API token."""

    target_class = "identity.authentication.TokenAuthentication"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionExtension(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # drf-spectacular's is not typed
    """The session's cookie; unsafe requests carry the CSRF cookie's value in a header, too."""

    target_class = "identity.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
