"""Where the server is that the probe is a client of: set, told by the server itself, or on this machine."""

from __future__ import annotations

import ipaddress

from django.conf import settings

_served: list[str] = []


def serve_at(url: str) -> None:
    """This process serves there: its own probe goes by it, unless PROBE_URL says otherwise."""
    _served[:] = [url]


def base_url() -> str:
    """Scheme, host and port, without a slash at its end."""
    return (settings.PROBE_URL or (_served[0] if _served else local_url(settings.HOST, settings.PORT))).rstrip("/")


def origin_of(url: str) -> str:
    """What the page's address would be: where TLS is set, https, though we speak in the clear behind the proxy that ends it."""
    scheme, _, place = url.partition("://")
    return f"{'https' if settings.TLS else scheme}://{place}"


def local_url(host: str, port: int) -> str:
    """How a server that binds there is reached from this machine."""
    return f"http://{_reachable(host)}:{port}"


def _reachable(host: str) -> str:
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host or "127.0.0.1"
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"
    return str(address) if address.version == 4 else f"[{address}]"
