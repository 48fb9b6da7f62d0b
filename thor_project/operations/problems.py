"""One format for every error that REST answers: problem details (RFC 9457), never a stack trace."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as rest_framework_handler

CONTENT_TYPE = "application/problem+json"


def problem(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """type, title, status, detail; `errors` ({field, message} each) only where a field was wrong."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return body if not errors else body | {"errors": errors}


def exception_handler(exception: Exception, context: Any) -> Response | None:
    """Django REST framework's answer to an exception, as a problem; None leaves it to `server_error`."""
    response = rest_framework_handler(exception, context)
    if response is None:
        return None
    errors = list(_field_errors(exception.detail)) if isinstance(exception, ValidationError) else []
    detail = _summary(errors) if errors else _text(response.data)
    response.data = problem(response.status_code, detail, errors)
    response.content_type = CONTENT_TYPE
    return response


def _field_errors(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Every message below `detail` with the dotted path of its field: `orders.0.quantity`."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(
                inner, _join(field, "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name))
            )
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            yield from _field_errors(inner, _join(field, str(place)) if isinstance(inner, dict | list) else field)
    else:
        yield {"field": field, "message": str(detail)}


def _join(field: str, name: str) -> str:
    return ".".join(part for part in (field, name) if part)


def _summary(errors: list[dict[str, str]]) -> str:
    return "; ".join(
        f"{error['field']}: {error['message']}" if error["field"] else error["message"] for error in errors
    )


def _text(data: Any) -> str:
    return str(data.get("detail", "")) if isinstance(data, dict) else str(data)


def answer(status: int, detail: str) -> HttpResponse:
    """A problem, for what is not answered by Django REST framework."""
    return JsonResponse(problem(status, detail), status=status, content_type=CONTENT_TYPE)


def as_problem(response: HttpResponse) -> HttpResponse:
    """An error that came without a word (a 405 of Django's, say) with the words of its status; its headers stay."""
    if response.status_code < 400 or response.content:
        return response
    told = answer(response.status_code, HTTPStatus(response.status_code).description)
    response.content = told.content
    response["Content-Type"], response["Content-Length"] = CONTENT_TYPE, str(len(told.content))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return too_large()
    return answer(400, "The request could not be understood.")


def too_large() -> HttpResponse:
    return answer(413, "The request's body is larger than may be sent here.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(403, "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(404, f"There is nothing at {request.path}.")


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(500, "Something went wrong here; it has been logged.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(403, f"The request carried no valid CSRF token: {reason}")
