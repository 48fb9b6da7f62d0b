"""Where a request or a socket comes from: the peer, or what the proxies before us say of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def address_of(peer: str, forwarded: str) -> str:
    """The client's address. Each of PROXIES proxies has added whom it heard to X-Forwarded-For: what is left of them is hearsay."""
    heard = [part.strip() for part in forwarded.split(",") if part.strip()]
    proxies: int = settings.PROXIES
    if not proxies or not heard:
        return peer
    return heard[-min(proxies, len(heard))]


def address_of_request(request: Any) -> str:
    """Of Django's request, or Django REST framework's."""
    return address_of(str(request.META.get("REMOTE_ADDR") or ""), str(request.META.get("HTTP_X_FORWARDED_FOR", "")))


def address_of_scope(scope: dict[str, Any]) -> str:
    """Of a socket's handshake."""
    client = scope.get("client")
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    return address_of(str(client[0]) if client else "", ",".join(forwarded))
