"""The socket's description is served as it is written to docs/, for whom the paths' is."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from thor_project.operations import descriptions


@pytest.fixture(autouse=True)
def _anew():
    descriptions.description.cache_clear()
    yield
    descriptions.description.cache_clear()


@pytest.mark.parametrize("accept", ["*/*", "application/yaml", "text/html,application/xhtml+xml,*/*;q=0.8"])
def test_it_is_what_was_exported(client: Client, accept: str):
    answer = client.get("/asyncapi.yaml", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/yaml")
    assert answer.content == (settings.BASE_DIR / "docs" / "asyncapi.yaml").read_bytes()


def test_it_is_made_once(client: Client, monkeypatch):
    made = []

    def make(features, version):
        made.append(version)
        return "asyncapi: 3.0.0\n"

    monkeypatch.setattr(descriptions, "asyncapi", make)
    assert [client.get("/asyncapi.yaml").content for _ in range(3)] == [b"asyncapi: 3.0.0\n"] * 3
    assert made == [settings.VERSION]


@pytest.mark.django_db
def test_its_refusals_are_problems(client: Client):
    unknown = client.get("/asyncapi.yaml", headers={"Authorization": "Bearer nonsense"})
    unheard = client.get("/asyncapi.yaml", headers={"Accept": "text/csv"})
    assert [answer.status_code for answer in (unknown, unheard)] == [401, 406]
    assert {answer.headers["Content-Type"] for answer in (unknown, unheard)} == {"application/problem+json"}
    assert unknown.json()["status"] == 401


@pytest.mark.parametrize("path", ["/docs/", "/redoc/", "/asyncapi.yaml"])
@pytest.mark.parametrize("method", ["OPTIONS", "POST", "PUT", "TRACE"])
def test_there_is_nothing_to_do_but_to_read(client: Client, path: str, method: str):
    assert client.generic(method, path).status_code == 405
    assert client.head(path).status_code == 200


def test_both_pages_lead_to_it(client: Client):
    schema = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    assert "(/asyncapi.yaml)" in schema["info"]["description"]
