"""Each request has its id, its time, its line and its count; and a line tells nothing that must not be written down."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from django.test import Client

from identity.models import User
from thor_project import log
from thor_project.operations.requests import OTHER, requests

SECRET = "swordfish"


@pytest.fixture
def lines(caplog):
    """What was written about requests: fields by record."""
    caplog.set_level(logging.INFO, "thor.requests")
    return lambda: [record.msg for record in caplog.records if record.name == "thor.requests"]


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(User.objects.create_user("ann"))
    return client


def test_an_id_that_was_given_comes_back(client):
    answer = client.get("/sign-in", headers={"X-Correlation-ID": "desk-7"})
    assert answer.headers["X-Correlation-ID"] == "desk-7"
    assert float(answer.headers["X-Process-Time"]) >= 0


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "<script>", "a\tb", "a%0d%0aSet-Cookie:x", "é", "a\n"])
def test_an_id_that_may_not_be_written_down_is_replaced(client, given):
    headers = {"X-Correlation-ID": given} if given else {}
    made = client.get("/sign-in", headers=headers).headers["X-Correlation-ID"]
    assert made != given
    assert len(made) == 32


@pytest.mark.django_db
def test_a_line_tells_who_asked_for_which_route_and_nothing_more(signed_in, lines):
    answer = signed_in.get(
        f"/api/intraday/?symbol=SPY&token={SECRET}", headers={"X-Correlation-ID": "c1", "X-Secret": SECRET}
    )
    (line,) = lines()
    assert answer.status_code == 200
    assert (line["event"], line["method"], line["route"], line["status"]) == ("request", "GET", "/api/intraday/", 200)
    assert line["user_id"] == User.objects.get().pk
    assert line["ms"] >= 0
    assert line["correlation_id"] == "c1"
    assert SECRET not in repr(line)


@pytest.mark.django_db
def test_a_template_stands_for_all_of_its_paths(signed_in, lines):
    for account in ("1", "2"):
        signed_in.get(f"/api/accounts/{account}/balance/")
    assert {line["route"] for line in lines()} == {"/api/accounts/<str:account>/balance/"}


def test_paths_that_are_none_are_counted_as_one(client, lines):
    before = requests.answered["GET", "none", "404"]
    for path in ("/no/such", "/wp-admin", "/ws/"):
        client.get(path)
    assert requests.answered["GET", "none", "404"] == before + 3
    assert {line["user_id"] for line in lines()} == {None}


def test_a_method_that_is_none_is_counted_as_other(client):
    before = requests.answered[OTHER, "none", "404"]
    client.generic("BREW", "/coffee")
    assert requests.answered[OTHER, "none", "404"] == before + 1


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, settings, lines):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post("/api/session/", {"password": "x" * 100}, content_type="application/json")
    assert (answer.status_code, answer.json()["status"]) == (413, 413)
    assert answer.headers["X-Correlation-ID"]
    assert lines()[-1]["status"] == 413


@pytest.mark.parametrize(("form", "level", "shown"), [("lines", "INFO", "WARNING"), ("json", "INFO", "INFO")])
def test_people_are_not_shown_each_request(form, level, shown):
    assert log.logging_settings(form, level)["loggers"]["thor.requests"]["level"] == shown
    assert log.logging_settings(form, "DEBUG")["loggers"]["thor.requests"]["level"] == "DEBUG"


def formatted(form: str, name: str, message, **extra) -> str:
    formatter = structlog.stdlib.ProcessorFormatter(processors=log.line(form), foreign_pre_chain=log.each(form))
    record = logging.LogRecord(name, logging.INFO, __file__, 1, message, None, extra.get("exc_info"))
    return formatter.format(record)


def test_json_has_one_object_to_a_line_with_the_whole_message():
    told = json.loads(formatted("json", "thor.stack", "All systems initialized successfully"))
    assert told["event"] == "All systems initialized successfully"
    assert (told["level"], told["logger"]) == ("info", "thor.stack")
    assert told["timestamp"].endswith("Z")


def test_json_keeps_a_stack_trace_in_its_line():
    try:
        raise ValueError("broken")
    except ValueError as error:
        text = formatted("json", "x", "failed", exc_info=(type(error), error, error.__traceback__))
    assert "\n" not in text
    assert "ValueError: broken" in json.loads(text)["exception"]


def test_a_line_for_people_is_no_json():
    assert "All systems" in formatted("lines", "thor.stack", "All systems initialized successfully")


def test_a_field_with_a_secrets_name_is_hidden():
    assert log.without_secrets(None, "", {"token": SECRET, "user": 1}) == {"token": log.HIDDEN, "user": 1}
