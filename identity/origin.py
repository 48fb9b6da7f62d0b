"""Lets a socket in only from the page that this very server gave: scheme, host and port must be the same."""

from __future__ import annotations

from typing import Any

from django.conf import settings

SCHEMES = {"ws": "http", "wss": "https"}


class ExactOrigin:
    """ASGI middleware: a socket whose Origin is missing or another's is refused before it is accepted (HTTP 403)."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if is_same_origin(scope):
            await self._application(scope, receive, send)
        else:
            await send({"type": "websocket.close"})


def is_same_origin(scope: dict[str, Any]) -> bool:
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    origin, host = headers.get(b"origin", ""), headers.get(b"host", "")
    # Behind a proxy that ends TLS the page's scheme is https, though we are spoken to in the clear.
    scheme = "https" if settings.TLS else SCHEMES.get(scope.get("scheme", "ws"), "http")
    own = f"{scheme}://{host}"
    return bool(host) and (origin == own or origin in settings.CSRF_TRUSTED_ORIGINS)
