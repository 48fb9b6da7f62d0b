"""Errors look the same, wherever they come from."""

import json

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from thor_project.operations import problems


def refuse(request):
    raise PermissionDenied("secret reason")


def suspect(request):
    raise SuspiciousOperation("secret reason")


def fail(request):
    raise RuntimeError("secret reason")


def overflow(request):
    raise RequestDataTooBig("secret reason")


@require_safe
def only_read(request):
    return None


@api_view(["GET"])
@permission_classes([])
def figures(request):
    return Response({})


@api_view(["GET"])
@permission_classes([])
def fail_in_rest(request):
    raise RuntimeError("secret reason")


urlpatterns = [
    path("overflow", overflow),
    path("only-read", only_read),
    path("figures", figures),
    path("fail-in-rest", fail_in_rest),
    path("refuse", refuse),
    path("suspect", suspect),
    path("fail", fail),
]
handler400 = "thor_project.operations.problems.bad_request"
handler403 = "thor_project.operations.problems.permission_denied"
handler404 = "thor_project.operations.problems.not_found"
handler500 = "thor_project.operations.problems.server_error"


STATUSES = {
    "refuse": 403,
    "suspect": 400,
    "fail": 500,
    "fail-in-rest": 500,
    "nothing": 404,
    "overflow": 413,
}


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(("where", "status"), STATUSES.items())
def test_djangos_own_errors_are_problems(where: str, status: int) -> None:
    answer = Client(raise_request_exception=False).get(f"/{where}")
    body = json.loads(answer.content)
    assert (answer.status_code, body["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {"type", "title", "detail"} <= body.keys()
    assert "secret reason" not in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    ("method", "where", "headers", "status"),
    [
        ("POST", "only-read", {}, 405),
        ("POST", "figures", {}, 405),
        ("GET", "figures", {"Accept": "text/csv"}, 406),
    ],
)
def test_a_request_that_cannot_be_served_that_way_is_told_so(method, where, headers, status) -> None:
    answer = Client().generic(method, f"/{where}", headers=headers)
    assert (answer.status_code, json.loads(answer.content)["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    if status == 405:
        assert "GET" in answer.headers["Allow"]


def test_the_project_names_these_handlers() -> None:
    answer = Client().get("/no/such/path")
    assert json.loads(answer.content)["detail"] == "There is nothing at /no/such/path."


def test_csrf_failure_is_a_problem() -> None:
    answer = problems.csrf_failure(RequestFactory().post("/"), "no cookie")
    assert (answer.status_code, json.loads(answer.content)["status"]) == (403, 403)


def test_every_wrong_field_is_named_with_its_path() -> None:
    class Leg(serializers.Serializer):
        quantity = serializers.IntegerField()

    class Batch(serializers.Serializer):
        legs = Leg(many=True)
        name = serializers.CharField()

    batch = Batch(data={"legs": [{"quantity": 1}, {"quantity": "x"}]})
    with pytest.raises(ValidationError) as raised:
        batch.is_valid(raise_exception=True)
    answer = problems.exception_handler(raised.value, {})
    assert answer is not None
    assert {error["field"] for error in answer.data["errors"]} == {"legs.1.quantity", "name"}
    assert answer.data["detail"].startswith("legs.1.quantity: ")


def test_an_error_of_the_whole_body_names_no_field() -> None:
    answer = problems.exception_handler(ValidationError({"non_field_errors": ["Nothing fits."]}), {})
    assert answer is not None
    assert answer.data["errors"] == [{"field": "", "message": "Nothing fits."}]
    assert answer.data["detail"] == "Nothing fits."


def test_what_is_not_rests_is_left_to_django() -> None:
    assert problems.exception_handler(RuntimeError("x"), {}) is None
