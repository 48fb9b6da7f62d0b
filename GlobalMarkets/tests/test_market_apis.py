"""Markets over HTTP: venues, who is open, the composite, stored sessions; and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from GlobalMarkets.services.websocket_markets import tell_market_status
from GlobalMarkets.tests.markets import TOKYO_WEEKS, make_venue
from identity.models import User

pytestmark = pytest.mark.django_db
OPEN = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
COMPOSITE = "/api/markets/composite/"


@pytest.fixture(autouse=True)
def _it_is_november():
    with time_machine.travel(OPEN, tick=False):
        yield


@pytest.fixture
def client(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ann"))
    return client


@pytest.fixture
def markets() -> None:
    make_venue("XNYS")
    make_venue("XTKS", TOKYO_WEEKS)
    tell_market_status(OPEN)


def got(client: Client, path: str, status: int = 200, **headers: str):
    answer = client.get(path, headers=headers)
    assert answer.status_code == status, answer.content
    return answer


def refused(client: Client, path: str, status: int) -> dict:
    answer = got(client, path, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    return json.loads(answer.content)


@pytest.mark.parametrize("path", ["", "status/", "composite/", "XNYS/sessions/"])
def test_a_stranger_gets_a_401(markets: None, path: str) -> None:
    assert Client().get(f"/api/markets/{path}").status_code == 401


def test_the_composite_is_told_with_the_cursor_of_what_it_is_made_of(client: Client, markets: None) -> None:
    answer = got(client, COMPOSITE)
    assert json.loads(answer.content) == {
        "composite": 15.0,
        "phase": "AMERICAN",
        "open": ["XNYS"],
        "timestamp": "2026-11-20T14:30:00Z",
    }
    assert answer.headers["X-As-Of"] == "2026-11-20T14:30:00Z"
    assert answer.headers["ETag"] == got(client, "/api/markets/status/").headers["ETag"]


def test_the_composite_is_sent_again_only_when_a_status_was_recorded(client: Client, markets: None) -> None:
    tag = got(client, COMPOSITE).headers["ETag"]
    assert got(client, COMPOSITE, 304, **{"If-None-Match": tag}).content == b""
    tell_market_status(OPEN + timedelta(hours=6, minutes=30))
    closed = got(client, COMPOSITE, **{"If-None-Match": tag})
    assert (json.loads(closed.content)["composite"], json.loads(closed.content)["phase"]) == (0, "QUIET")


def test_before_anything_was_recorded_there_is_no_composite(client: Client) -> None:
    make_venue("XNYS")
    assert refused(client, COMPOSITE, 404)["detail"] == "nothing was recorded yet"


def test_venues_say_until_when_they_are_known_and_that_it_is_near(client: Client, markets: None) -> None:
    def venues() -> list[tuple]:
        items = json.loads(got(client, "/api/markets/").content)["items"]
        return [(item["mic"], item["known_until"], item["expires_soon"]) for item in items]

    assert venues() == [("XTKS", "2027-12-31", False), ("XNYS", "2028-12-31", False)]
    with time_machine.travel(datetime(2027, 11, 2, 12, tzinfo=UTC), tick=False):
        client.force_login(User.objects.get())
        assert venues()[0] == ("XTKS", "2027-12-31", True)


def test_one_venue_or_all_and_an_unknown_one_is_named(client: Client, markets: None) -> None:
    def mics(query: str) -> list[str]:
        return [row["mic"] for row in json.loads(got(client, f"/api/markets/status/{query}").content)["items"]]

    assert mics("") == ["XTKS", "XNYS"]
    assert mics("?mic=XNYS") == ["XNYS"]
    assert refused(client, "/api/markets/status/?mic=XXXX", 404)["detail"].startswith("no venue has the MIC XXXX")
    assert "NOWHERE" in refused(client, "/api/markets/status/?mic=NOWHERE", 404)["detail"]


def test_sessions_of_a_range(client: Client, markets: None) -> None:
    body = json.loads(got(client, "/api/markets/XNYS/sessions/?from=2026-11-26&to=2026-11-27").content)
    assert [(row["date"], row["kind"], row["closes_at"]) for row in body["items"]] == [
        ("2026-11-26", "HOLIDAY", None),
        ("2026-11-27", "EARLY_CLOSE", "2026-11-27T18:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("query", "first"), [("?to=2026-11-18", "2026-11-18"), ("?from=2026-11-20&to=2026-11-20", "2026-11-20")]
)
def test_a_range_may_be_one_day(client: Client, markets: None, query: str, first: str) -> None:
    items = json.loads(got(client, f"/api/markets/XNYS/sessions/{query}").content)["items"]
    assert [row["date"] for row in items] == [first]


KNOWN = "the schedule of XNYS is known for 2026-11-16 to 2026-12-04"


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("", "to", f"{KNOWN}, not for 2026-11-20 to 2026-12-18"),
        ("?to=2027-01-31", "to", f"{KNOWN}, not for 2026-11-20 to 2027-01-31"),
        ("?from=2015-01-01&to=2015-01-31", "from", f"{KNOWN}, not for 2015-01-01 to 2015-01-31"),
        ("?from=9999-12-31", "from", f"{KNOWN}, not for 9999-12-31"),
        ("?from=2026-11-27&to=2026-11-26", "from", "2026-11-27 is after `to`, 2026-11-26"),
        ("?from=yesterday", "from", "Date has wrong format"),
        ("?from=2026-02-30", "from", "Date has wrong format"),
    ],
)
def test_a_range_that_cannot_be_told_is_a_problem_that_says_why(
    client: Client, markets: None, query: str, field: str, message: str
) -> None:
    problem = refused(client, f"/api/markets/XNYS/sessions/{query}", 400)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert problem["errors"][0]["message"].startswith(message)


def test_sessions_of_an_unknown_venue_are_a_404_that_names_it(client: Client, markets: None) -> None:
    problem = refused(client, "/api/markets/XXXX/sessions/", 404)
    assert problem["detail"] == "no venue has the MIC XXXX; known are XNYS, XTKS"


def test_the_composite_is_in_the_schema(client: Client) -> None:
    schema = json.loads(got(client, "/api/schema/?format=json").content)
    answer = schema["paths"]["/api/markets/composite/"]["get"]["responses"]["200"]
    assert "CompositePayload" in json.dumps(answer)
    assert schema["components"]["schemas"]["CompositePayload"]["properties"]["composite"]["type"] == "number"
