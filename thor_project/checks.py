"""What production must not start with: every fault at once, so that it is mended at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

SHORTEST_SECRET, SHORTEST_TOKEN, FEWEST_CHARACTERS = 50, 16, 8
TELLTALES = ("django-insecure", "change", "secret", "example", "default", "password")
"""Secrets that were copied from somewhere begin so, or hold it."""


def production_faults(values: Mapping[str, Any]) -> Iterator[str]:
    """Of the environment's values (`env.read`), where PRODUCTION is set."""
    if not values.get("PRODUCTION"):
        return
    yield from _secret_faults("SECRET_KEY", values.get("SECRET_KEY", ""), SHORTEST_SECRET)
    if values.get("METRICS_TOKEN"):
        yield from _secret_faults("METRICS_TOKEN", values["METRICS_TOKEN"], SHORTEST_TOKEN)
    if values.get("DEBUG"):
        yield "DEBUG=true shows everybody the code and its settings"
    wild = [host for host in values.get("ALLOWED_HOSTS", []) if host.startswith(("*", "."))]
    if wild or not values.get("ALLOWED_HOSTS", True):
        yield f"ALLOWED_HOSTS={','.join(wild)} names no hosts: list each by its whole name"
    if not values.get("TLS"):
        yield "TLS=false sends passwords and sessions in the clear: put a proxy that ends TLS before the server"


def _secret_faults(name: str, secret: str, shortest: int) -> Iterator[str]:
    """The secret itself is not told."""
    if not secret:
        yield f"{name} is not set: every process must be given the same one"
    elif len(secret) < shortest or len(set(secret)) < FEWEST_CHARACTERS:
        yield f"{name} can be guessed: it takes at least {shortest} characters at random"
    elif any(telltale in secret.lower() for telltale in TELLTALES):
        yield f"{name} is a default that others know: make one (docs/security.md)"
