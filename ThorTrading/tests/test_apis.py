"""Accounts over HTTP: whose they are, and the same payload with the same cursor as on the socket."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from identity.models import User
from ThorTrading.models import Account
from ThorTrading.services.snapshots import record_snapshot
from ThorTrading.services.websocket_broadcast import broadcast_account
from ThorTrading.tests.factories import NOW, make_account, make_holding, make_snapshot

pytestmark = pytest.mark.django_db
PATHS = ["/api/accounts/", "/api/accounts/primary/balance/", "/api/accounts/primary/positions/"]


def record(*holdings: Any, **differing: Any) -> None:
    with transaction.atomic():
        broadcast_account(record_snapshot(make_snapshot(*holdings, **differing)))


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def account(ann: User) -> Account:
    account = make_account("primary", ann)
    record(make_holding("SPY"), make_holding("TSLA", quantity=Decimal(-15)))
    return account


@pytest.fixture
def client(ann: User, account: Account) -> Client:
    client = Client()
    client.force_login(ann)
    return client


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_gets_a_401(account: Account, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", PATHS[1:])
def test_another_accounts_member_gets_the_404_of_no_account(account: Account, path: str) -> None:
    bob = Client()
    bob.force_login(User.objects.create_user("bob"))
    anothers, nobodys = bob.get(path), bob.get(path.replace("primary", "nothing"))
    assert anothers.status_code == nobodys.status_code == 404
    assert anothers.content.replace(b"primary", b"nothing") == nobodys.content


def test_the_list_shows_ones_own_accounts(client: Client, account: Account) -> None:
    make_account("bobs", User.objects.create_user("bob"))
    assert json.loads(client.get("/api/accounts/").content) == {
        "items": [{"id": account.pk, "slug": "primary", "number": "ACC-primary", "name": "Primary", "kind": "paper"}],
        "next": None,
    }


def test_the_balance_is_the_payload_with_its_digits(client: Client, account: Account) -> None:
    answer = client.get("/api/accounts/primary/balance/")
    assert answer.content.decode() == (
        f'{{"account_id":{account.pk},"account_number":"ACC-primary","cash":50000.00,"buying_power":100000.00,'
        '"portfolio_value":101025.00,"equity":101025.00,"timestamp":"2026-11-20T14:30:00Z"}'
    )
    assert answer.headers["X-As-Of"] == "2026-11-20T14:30:00Z"


@pytest.mark.parametrize("what", ["balance", "positions"])
def test_the_number_and_the_slug_mean_the_same(client: Client, account: Account, what: str) -> None:
    by_slug, by_number = (client.get(f"/api/accounts/{name}/{what}/") for name in ("primary", account.pk))
    assert by_slug.content == by_number.content
    assert by_slug.headers["ETag"] == by_number.headers["ETag"]


@pytest.mark.parametrize("what", ["balance", "positions"])
def test_what_is_known_already_is_a_304_until_it_changes(client: Client, what: str) -> None:
    path = f"/api/accounts/primary/{what}/"
    known = {"If-None-Match": client.get(path).headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304
    record(make_holding("SPY"), as_of=NOW + timedelta(seconds=10))
    assert client.get(path, headers=known).status_code == 200


def test_positions_are_sorted_and_signed(client: Client) -> None:
    rows = json.loads(client.get("/api/accounts/primary/positions/").content)["positions"]
    assert [(row["symbol"], row["quantity"], row["pnl"]) for row in rows] == [
        ("SPY", 100, 1025.0),
        ("TSLA", -15, -153.75),
    ]


@pytest.mark.parametrize(("symbol", "found"), [("TSLA", ["TSLA"]), ("IBM", []), ("tsla", [])])
def test_positions_in_one_symbol(client: Client, symbol: str, found: list[str]) -> None:
    body = json.loads(client.get("/api/accounts/primary/positions/", {"symbol": symbol}).content)
    assert [row["symbol"] for row in body["positions"]] == found


@pytest.mark.parametrize("symbol", ["", "two words", "S" * 41, "\n", "ü"])
def test_an_impossible_symbol_is_named(client: Client, symbol: str) -> None:
    answer = client.get("/api/accounts/primary/positions/", {"symbol": symbol})
    assert answer.status_code == 400
    assert [error["field"] for error in json.loads(answer.content)["errors"]] == ["symbol"]


def test_before_anything_was_recorded_there_is_nothing(client: Client, ann: User) -> None:
    make_account("new", ann)
    assert client.get("/api/accounts/new/balance/").status_code == 204


def test_an_account_that_holds_nothing_answers_with_nothing(client: Client) -> None:
    record(as_of=NOW + timedelta(seconds=10))
    body = json.loads(client.get("/api/accounts/primary/positions/").content)
    assert (body["positions"], body["timestamp"]) == ([], "2026-11-20T14:30:10Z")


def test_lost_membership_is_lost_at_once(client: Client, account: Account) -> None:
    account.memberships.all().delete()
    assert client.get("/api/accounts/primary/balance/").status_code == 404
