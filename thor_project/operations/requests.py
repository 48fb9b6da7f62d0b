"""One line in the log and one count for each request, and the id that leads from its answer to its lines."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from threading import Lock
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from realtime.correlation import accepted, correlated
from realtime.counts import Histogram
from thor_project.operations.problems import as_problem, too_large

log = structlog.get_logger("thor.requests")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "OTHER"
STATIC, NOWHERE = "static", "none"
DURATIONS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class RequestCounts:
    """Requests are answered by many threads at once."""

    def __init__(self) -> None:
        self.answered: Counter[tuple[str, str, str]] = Counter()
        """By method, route and status."""
        self.durations: defaultdict[str, Histogram] = defaultdict(lambda: Histogram(DURATIONS))
        """By route, in seconds."""
        self._lock = Lock()

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        with self._lock:
            self.answered[method, route, str(status)] += 1
            self.durations[route].observe(seconds)


requests = RequestCounts()


class RequestLog:
    """Django's middleware, before all that does any work: never a query, a header or a body is written down."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        identifier = accepted(request.headers.get("X-Correlation-ID", ""))
        with correlated(identifier):
            response = self._answer(request)
            seconds = time.perf_counter() - started
            note(request, response.status_code, seconds)
        response["X-Correlation-ID"] = identifier
        response["X-Process-Time"] = f"{seconds * 1000:.1f}"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if length_of(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return too_large()
        response = self._get_response(request)
        return as_problem(response) if isinstance(response, HttpResponse) else response


def length_of(request: HttpRequest) -> int:
    """What the request says of its body's length; a length that is none is left to whoever reads the body."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdecimal() else 0


def note(request: HttpRequest, status: int, seconds: float) -> None:
    """Count it, and write its line; what went wrong where we failed is told by `django.request`."""
    method = request.method if request.method in METHODS else OTHER
    route = route_of(request)
    requests.note(str(method), route, status, seconds)
    ms = round(seconds * 1000, 1)
    log.info("request", method=method, route=route, status=status, ms=ms, user_id=user_id_of(request))


def route_of(request: HttpRequest) -> str:
    """The path's template: an address that somebody made up is none, or there would be as many as anybody likes."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    return STATIC if request.path.startswith(settings.STATIC_URL) else NOWHERE


def user_id_of(request: HttpRequest) -> Any:
    """Of the user whom the request was answered for; None where nobody asked who it is, which would cost a query."""
    user = getattr(request, "user", None)
    if isinstance(user, SimpleLazyObject) and not hasattr(request, "_cached_user"):
        return None
    return getattr(user, "pk", None)
