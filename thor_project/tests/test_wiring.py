"""The wiring: which paths there are, that each is documented, and that sockets come from our own page only."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from identity.origin import is_same_origin
from thor_project.env import ROOT

DOCUMENTED = (ROOT / "docs/protocol.md").read_text()


def scope(origin=None, host="127.0.0.1:8000", scheme="ws"):
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])
    return {"headers": headers, "scheme": scheme}


@pytest.mark.parametrize(
    ("given", "admitted"),
    [
        (scope("http://127.0.0.1:8000"), True),
        (scope("https://desk.example", "desk.example", "wss"), True),
        (scope("http://127.0.0.1:3000"), False),
        (scope("https://127.0.0.1:8000"), False),
        (scope("http://localhost:8000"), False),
        (scope("null"), False),
        (scope("HTTP://127.0.0.1:8000"), False),
        (scope("http://127.0.0.1:8000/"), False),
        (scope("http://127.0.0.1:8000@elsewhere.example"), False),
        (scope("http://127.0.0.1"), False),
        (scope("https://desk.example.", "desk.example", "wss"), False),
        (scope("https://desk.example:443", "desk.example", "wss"), False),
        (scope("https://desk.example.elsewhere.example", "desk.example", "wss"), False),
        (scope("https://elsewhere.desk.example", "desk.example", "wss"), False),
        (scope(), False),
        ({"headers": [(b"origin", b"http://")], "scheme": "ws"}, False),
    ],
)
def test_only_the_page_of_this_very_server_gets_a_socket(given, admitted):
    assert is_same_origin(given) is admitted


def test_behind_tls_our_own_page_is_an_https_one(settings):
    settings.TLS = True
    assert is_same_origin(scope("https://desk.example", "desk.example"))
    assert not is_same_origin(scope("http://desk.example", "desk.example"))


def test_an_origin_that_the_settings_trust_is_admitted(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example"]
    assert is_same_origin(scope("https://desk.example", "inside:8000"))


@pytest.mark.django_db
def test_every_path_of_the_schema_is_in_the_protocol(client: Client):
    schema = json.loads(client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).content)
    paths = {path for path in schema["paths"] if path != "/api/schema/"}
    assert len(paths) >= 11
    missing = [path for path in paths if f" {path.replace('{account}', '{id}')}" not in DOCUMENTED.replace("?", " ?")]
    assert missing == []


def test_the_page_says_how_to_build_the_dashboard_where_it_is_not_built(client: Client, settings, tmp_path):
    settings.FRONTEND_DIST = tmp_path
    answer = client.get("/sign-in")
    assert answer.status_code == 503
    assert b"make frontend" in answer.content


@pytest.mark.django_db
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, django_user_model):
    for place in ("/", "/cutover", "/examples"):
        assert client.get(place).headers["Location"] == "/sign-in"
    client.force_login(django_user_model.objects.create_user("somebody"))
    assert client.get("/").status_code in (200, 503)
