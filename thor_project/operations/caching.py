"""What may be kept of an answer, and by whom: its asker alone, who asks each time whether it still holds."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

PATHS = ("/api/", "/ws/", "/metrics")
PRIVATE, SECRET = "private, no-cache", "no-store"


class PrivateAnswers:
    """Django's middleware, before all others, so that their refusals pass through it, too.

    A view whose body holds a secret says so itself; cookies are secrets wherever they are set.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if request.path.startswith(PATHS):
            response.headers.setdefault("Cache-Control", SECRET if response.cookies else PRIVATE)
        return response
