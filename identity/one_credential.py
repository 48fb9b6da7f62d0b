"""One credential to a request: where a Bearer token comes, cookies are not looked at, on REST and on the socket alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

SCHEME = "bearer"


class OneCredential:
    """Django's middleware, before any other that reads cookies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if bears_token(request.META.get("HTTP_AUTHORIZATION", "")):
            request.META.pop("HTTP_COOKIE", None)
        return self._get_response(request)


def bears_token(authorization: str) -> bool:
    return authorization.lower().split()[:1] == [SCHEME]


def token_of(scope: dict[str, Any]) -> bytes | None:
    """The token of a socket's handshake, which may be any bytes; None where it carries none."""
    for name, value in scope["headers"]:
        if name.lower() == b"authorization" and bears_token(value.decode("latin-1")):
            given: bytes = value.strip()[len(SCHEME) :].strip()
            return given
    return None
