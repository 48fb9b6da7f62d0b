"""`GET /ws/status` and `GET /metrics`: where this process's live path stands, in words and for Prometheus. Never a 500."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from thor_project.operations.metrics import exposition
from thor_project.operations.problems import CONTENT_TYPE, answer, problem
from thor_project.operations.standing import Standing, standing

log = structlog.get_logger(__name__)


class CountsView(APIView):
    """Counts are for the signed-in. While the database is down nobody can be told apart, and the answer is a 503."""

    def handle_exception(self, exception: Exception) -> Response:
        if not isinstance(exception, DatabaseError):
            refused: Response = super().handle_exception(exception)
            return refused
        log.warning("status_refused", fault=str(exception).strip())
        body: dict[str, Any] = problem(
            503, "The database cannot be read, so nobody can be told apart: ask again later."
        )
        return Response(body, status=503, headers={"Retry-After": "5"}, content_type=CONTENT_TYPE)


class StatusView(CountsView):
    """Where this process's live path stands."""

    @extend_schema(responses={200: Standing})
    def get(self, request: Request) -> Response:
        return Response(standing(request.user, timezone.now()))


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever is signed in, and for Prometheus with METRICS_TOKEN, which needs no database."""
    if not has_token(request.headers.get("Authorization", "")) and not is_signed_in(request):
        refused = answer(401, "Sign in, or send METRICS_TOKEN as the Bearer token.")
        refused["WWW-Authenticate"] = "Bearer"
        return refused
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def has_token(authorization: str) -> bool:
    """Whether a header carries the token; never where none is set."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and constant_time_compare(authorization, expected)


def is_signed_in(request: HttpRequest) -> bool:
    try:
        return request.user.is_authenticated
    except DatabaseError:
        return False
