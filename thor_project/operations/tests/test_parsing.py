"""Whatever a body is, whoever sent it is told what is wrong with it."""

from __future__ import annotations

import json
import zlib

import pytest
from django.test import Client

from cutover import samples
from identity.limits import Buckets
from identity.models import Role, User
from tests.acceptance.test_security_matrix import REST

pytestmark = pytest.mark.django_db
POSTS = sorted(row.path or "/" + route.split(" ", 1)[1] for route, row in REST.items() if route.startswith("POST "))
FIELDS = ("username", "password", "token", "name", "samples", "reason", "expected_version")


@pytest.fixture
def asked(client: Client, monkeypatch):
    """The statuses of a body at every path that takes one, asked by an operator."""
    monkeypatch.setattr(samples, "_limit", Buckets(100_000))
    client.force_login(User.objects.create_user("ann", role=Role.OPERATOR))
    client.raise_request_exception = False
    return lambda body: {path: client.post(path, body, "application/json").status_code for path in POSTS}


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


@pytest.mark.parametrize("depth", [50, 400, 700, *range(800, 1000, 10), 20_000, 400_000])
def test_a_body_nested_as_deeply_as_you_like_is_refused(asked, depth: int):
    assert asked(nested(depth)) == dict.fromkeys(POSTS, 400)


@pytest.mark.parametrize("depth", [50, 400, 700, *range(800, 1000, 10), 20_000])
def test_a_field_nested_as_deeply_as_you_like_is_refused(asked, depth: int):
    fields = ", ".join(f'"{field}": {nested(depth)}' for field in FIELDS)
    assert asked("{" + fields + "}") == dict.fromkeys(POSTS, 400)


@pytest.mark.parametrize("depth", [50, 400, 700, *range(800, 1000, 10), 20_000])
def test_a_sample_nested_as_deeply_as_you_like_is_compared_or_refused(asked, depth: int):
    sample = f'"topic": "bars.USA.SPY", "cursor": "a:1", "rest": {nested(depth)}, "socket": {{"a": {nested(depth)}}}'
    assert asked('{"samples": [{' + sample + "}]}")["/api/cutover/samples/"] in (200, 400)


@pytest.mark.parametrize("field", ["topic", "cursor", "rest", "socket"])
def test_a_sample_that_no_database_keeps_is_refused(asked, field: str):
    sample = {"topic": "bars.USA.SPY", "cursor": "a:1", "rest": {"close": 1}, "socket": {"close": 2}}
    broken = sample | {field: "a\x00:1" if field in ("topic", "cursor") else {"close": "\x00"}}
    path = "/api/cutover/samples/"
    assert [asked(json.dumps({"samples": [one]}))[path] for one in (sample, broken)] == [200, 400]


@pytest.mark.parametrize(
    "body", ["", "9" * 5000, "NaN", '{"a": 1' + "0" * 5000 + "}", "\x00", '{"username": "\\ud800"}']
)
def test_a_body_that_is_none_is_refused(asked, body: str):
    assert asked(body) == dict.fromkeys(POSTS, 400)


@pytest.mark.parametrize("charset", ["zlib", "bz2", "hex", "rot13", "base64", "undefined", "nonsense"])
def test_no_charset_unpacks_a_body(client: Client, charset: str):
    packed = zlib.compress(b'{"username": "nobody", "password": "wrong"}')
    answer = client.generic("POST", "/api/session/", packed, f"application/json; charset={charset}")
    assert answer.status_code == 400
