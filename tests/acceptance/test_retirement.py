"""REST on its way out, at a real server: headers in sunset, 410 for programs in retired, open again after a rollback."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.desk import Desk, eventually

PATH = "/api/accounts/1/positions/"
DASHBOARD = {"X-Thor-Client": "dashboard; reads=fallback"}
HTTP_DATE = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT")


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk"), FEED_SEED="5") as desk:
        yield desk


@pytest.fixture(scope="module")
def client(desk):
    with desk.signed_in() as client:
        eventually(lambda: client.get(PATH).status_code == 200, "positions were recorded")
        yield client


def version_of(client) -> int:
    rows = client.get("/api/cutover/stages/").json()["stages"]
    return next(row["version"] for row in rows if row["feature"] == "positions")


def take(client, step: str, **wish):
    """One step by REST, as the console takes it."""
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "Origin": str(client.base_url)}
    body = {"reason": "a trial", "expected_version": version_of(client)} | wish
    return client.post(f"/api/cutover/positions/{step}/", json=body, headers=headers)


def advance_to(client, *stages: str) -> None:
    for stage in stages:
        assert take(client, "advance", to=stage, force=True).status_code == 200


def test_a_feature_is_sunset_retired_and_reopened(desk, client):
    assert "deprecation" not in client.get(PATH).headers
    refused = take(client, "advance", to="canary")
    assert (refused.status_code, bool(refused.json()["lines"])) == (422, True)

    advance_to(client, "canary", "live", "sunset")
    told = eventually(lambda: "sunset" in (answer := client.get(PATH)).headers and answer, "sunset is told")
    assert told.status_code == 200
    assert re.fullmatch(r"@\d{10}", told.headers["deprecation"])
    assert HTTP_DATE.fullmatch(told.headers["sunset"])
    assert '</ws/>; rel="successor-version"' in told.headers["link"]
    assert "sunset" in client.get(PATH, headers={"If-None-Match": told.headers["etag"]}).headers
    assert "sunset" not in client.get("/api/accounts/1/balance/").headers

    advance_to(client, "retired")
    gone = eventually(lambda: (answer := client.get(PATH)).status_code == 410 and answer, "it is gone")
    assert gone.headers["content-type"] == "application/problem+json"
    assert (gone.json()["status"], gone.json()["topics"]) == (410, ["positions.{account_id}"])
    assert client.get(PATH, headers=DASHBOARD).status_code == 200
    with desk.client() as stranger:
        assert stranger.get(PATH).status_code == 401

    assert desk.manage("cutover", "rollback", "positions", "--reason", "REST again").returncode == 0
    reopened = eventually(lambda: (answer := client.get(PATH)).status_code == 200 and answer, "it is open again")
    assert "deprecation" not in reopened.headers


def test_who_called_is_told_to_the_operator(desk, client):
    made = desk.manage("api_token", "operator", "--name", "nightly")
    assert made.returncode == 0, made.stderr
    secret = re.search(r"thor_\S+", made.stdout)[0]
    headers = {"Authorization": f"Bearer {secret}", "User-Agent": "nightly/2", **DASHBOARD}
    with desk.client() as program:
        for _ in range(3):
            assert program.get(PATH, headers=headers).status_code == 200

    def called():
        rows = client.get("/api/cutover/console/").json()["features"]
        callers = next(row["callers"] for row in rows if row["feature"] == "positions")
        return [caller for caller in callers if caller["agent"] == "nightly/2" and caller["calls"] == 3]

    (caller,) = eventually(called, "three calls by the program")
    assert caller["credential"].startswith("token nightly")
