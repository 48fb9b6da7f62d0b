"""Where a request or a socket comes from: the peer, or what the proxies before us say of it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings


def address_of(peer: str, forwarded: str) -> str:
    """The client's address. Each of PROXIES proxies has added whom it heard to X-Forwarded-For: what is left of them is hearsay."""
    heard = [part.strip() for part in forwarded.split(",") if part.strip()]
    proxies: int = settings.PROXIES
    if not proxies or not heard:
        return peer
    return heard[-min(proxies, len(heard))]


def counted_as(address: str) -> str:
    """What limits know an address by: of IPv6 its network, of which everybody has a whole one (/64) to choose from."""
    try:
        given = ip_address(address)
    except ValueError:
        return address
    if isinstance(given, IPv4Address):
        return address
    return str(given.ipv4_mapped or IPv6Network((int(given) >> 64 << 64, 64)))


def address_of_request(request: Any) -> str:
    """Of Django's request, or Django REST framework's."""
    return address_of(str(request.META.get("REMOTE_ADDR") or ""), str(request.META.get("HTTP_X_FORWARDED_FOR", "")))


def address_of_scope(scope: dict[str, Any]) -> str:
    """Of a socket's handshake."""
    client = scope.get("client")
    forwarded = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
    return address_of(str(client[0]) if client else "", ",".join(forwarded))
