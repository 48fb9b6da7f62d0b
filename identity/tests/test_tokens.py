"""API tokens: whom they let in, as what, and for how long."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from identity.errors import RoleTooHighError, TooManyTokensError
from identity.models import ApiToken, Role, User
from identity.roles import is_operator, is_trader
from identity.tests.factories import make_user
from identity.tokens import MOST_TOKENS, make_token, revoke_token, tokens_of

NOW = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_user("ann", role=Role.TRADER)


@pytest.fixture
def browser(ann: User, client: Client) -> Client:
    client.force_login(ann)
    return client


def secret_of(user: User, role: Role = Role.VIEWER, lifetime: timedelta = DAY) -> str:
    return make_token(user, "robot", role, lifetime, timezone.now()).secret


def ask(client: Client, authorization: str, path: str = "/api/session/"):
    return client.get(path, headers={"Authorization": authorization})


def test_a_token_lets_its_user_in(client: Client, ann: User) -> None:
    for word in ("Bearer", "bearer"):
        answer = ask(client, f"{word} {secret_of(ann, Role.TRADER)}")
        assert (answer.status_code, answer.json()["user"]["username"]) == (200, "ann")


def test_it_needs_no_csrf_token(ann: User) -> None:
    robot = Client(enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {secret_of(ann)}"}
    assert robot.delete("/api/session/", headers=headers).status_code == 204


def test_its_user_acts_in_its_role(client: Client, ann: User) -> None:
    assert ask(client, f"Bearer {secret_of(ann)}").json()["user"]["role"] == "viewer"
    ann.bound = Role.VIEWER
    assert not is_trader(ann)


def test_it_never_gives_more_than_the_user_has_now(client: Client) -> None:
    opal = make_user("opal", role=Role.OPERATOR)
    secret = secret_of(opal, Role.OPERATOR)
    User.objects.update(role=Role.VIEWER)
    assert ask(client, f"Bearer {secret}").json()["user"]["role"] == "viewer"
    opal.bound = Role.OPERATOR
    opal.role = Role.TRADER
    assert (is_operator(opal), is_trader(opal)) == (False, True)


def test_no_token_above_ones_own_role(ann: User) -> None:
    with pytest.raises(RoleTooHighError):
        make_token(ann, "robot", Role.OPERATOR, DAY, NOW)


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer nonsense", "Bearer two words", "Bearer é", "Bearer " + "x" * 5000, "bearer \xff"],
)
def test_an_unknown_token_is_a_401(client: Client, ann: User, authorization: str) -> None:
    answer = ask(client, authorization)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends(client: Client, ann: User) -> None:
    secret = secret_of(ann)
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert ask(client, f"Bearer {secret}").status_code == 401


def test_a_token_of_somebody_who_left_lets_nobody_in(client: Client, ann: User) -> None:
    secret = secret_of(ann)
    User.objects.update(is_active=False)
    assert ask(client, f"Bearer {secret}").status_code == 401


def test_a_token_of_the_probe_lets_nobody_in(client: Client) -> None:
    assert ask(client, f"Bearer {secret_of(make_user('probe', role=Role.PROBE))}").status_code == 401


def test_beside_a_token_cookies_are_not_looked_at(browser: Client) -> None:
    assert browser.get("/api/session/").status_code == 200
    assert ask(browser, "Bearer nonsense").status_code == 401
    assert ask(browser, "Bearer nonsense", "/").status_code == 302, "the dashboard asks to sign in"
    bob = make_user("bob")
    assert ask(browser, f"Bearer {secret_of(bob)}").json()["user"]["username"] == "bob"


def test_another_scheme_is_no_credential(browser: Client) -> None:
    assert ask(browser, "Basic YW5uOnNlY3JldA==").status_code == 200


def test_a_token_in_the_address_is_none(client: Client, ann: User) -> None:
    secret = secret_of(ann)
    for name in ("token", "access_token", "authorization"):
        assert client.get("/api/session/", {name: secret}).status_code == 401


def test_only_the_hash_is_stored(ann: User) -> None:
    secret = secret_of(ann)
    stored = str(ApiToken.objects.values())
    assert secret not in stored
    assert secret[15:] not in stored


def test_whoever_signs_out_with_a_token_revokes_it(client: Client, ann: User) -> None:
    headers = {"Authorization": f"Bearer {secret_of(ann)}"}
    assert client.delete("/api/session/", headers=headers).status_code == 204
    assert client.get("/api/session/", headers=headers).status_code == 401


def test_there_may_be_so_many(ann: User) -> None:
    make_token(ann, "old", Role.VIEWER, DAY, NOW)
    ApiToken.objects.update(expiry=NOW)
    for _ in range(MOST_TOKENS):
        make_token(ann, "robot", Role.VIEWER, DAY, NOW)
    with pytest.raises(TooManyTokensError):
        make_token(ann, "robot", Role.VIEWER, DAY, NOW)
    make_token(make_user("bob"), "his", Role.VIEWER, DAY, NOW)


def test_one_revokes_ones_own(ann: User) -> None:
    row = make_token(ann, "robot", Role.VIEWER, DAY, NOW).row
    assert not revoke_token(make_user("bob"), row.pk)
    assert revoke_token(ann, row.pk)
    assert not tokens_of(ann, NOW).exists()


# By REST.


def test_made_listed_revoked(browser: Client) -> None:
    made = browser.post("/api/tokens/", {"name": "robot", "role": "viewer", "days": 7}, "application/json")
    assert made.status_code == 201
    row = made.json()
    secret = row.pop("token")
    assert row["role"] == "viewer"
    lasts = datetime.fromisoformat(row["expires_at"]) - datetime.fromisoformat(row["created_at"])
    assert lasts == pytest.approx(timedelta(days=7), abs=timedelta(seconds=5))
    assert browser.get("/api/tokens/").json() == {"items": [row], "next": None}
    assert ask(Client(), f"Bearer {secret}").status_code == 200
    assert browser.delete(f"/api/tokens/{row['id']}/").status_code == 204
    assert browser.delete(f"/api/tokens/{row['id']}/").status_code == 404
    assert ask(Client(), f"Bearer {secret}").status_code == 401


def test_unless_told_a_token_has_its_users_role_for_ninety_days(browser: Client) -> None:
    browser.post("/api/tokens/", {"name": "robot"}, "application/json")
    row = ApiToken.objects.get()
    assert row.role == "trader"
    assert row.expiry - row.created == pytest.approx(timedelta(days=90), abs=timedelta(seconds=5))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "robot", "role": "operator"}, "role"),
        ({"name": "robot", "role": "probe"}, "role"),
        ({"name": "robot", "days": 0}, "days"),
        ({"name": "robot", "days": 366}, "days"),
    ],
)
def test_a_wish_that_cannot_be_is_named(browser: Client, wish: dict, field: str) -> None:
    answer = browser.post("/api/tokens/", wish, "application/json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not ApiToken.objects.exists()


def test_the_twenty_first_is_refused(browser: Client, ann: User) -> None:
    for _ in range(MOST_TOKENS):
        secret_of(ann)
    answer = browser.post("/api/tokens/", {"name": "robot"}, "application/json")
    assert (answer.status_code, "20 tokens" in answer.json()["detail"]) == (400, True)


def test_no_token_makes_or_ends_another(client: Client, ann: User) -> None:
    headers = {"Authorization": f"Bearer {secret_of(ann, Role.TRADER)}"}
    assert client.get("/api/tokens/", headers=headers).status_code == 403
    assert client.post("/api/tokens/", {"name": "x"}, "application/json", headers=headers).status_code == 403
    assert client.delete(f"/api/tokens/{ApiToken.objects.get().pk}/", headers=headers).status_code == 403


# By command.


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("api_token", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_command_makes_lists_and_revokes(client: Client, ann: User) -> None:
    secret = command("ann", "--name", "robot", "--role", "viewer", "--days", "3")
    row = ApiToken.objects.get()
    assert command("ann", "--list") == f"{row.pk}  robot  viewer  until {row.expiry:%Y-%m-%d %H:%M}Z"
    assert ask(client, f"Bearer {secret}").status_code == 200
    assert "lets nobody in" in command("ann", "--revoke", str(row.pk))
    assert ask(client, f"Bearer {secret}").status_code == 401


@pytest.mark.parametrize(
    "arguments",
    [
        ("bob", "--name", "robot"),
        ("ann", "--name", "robot", "--role", "operator"),
        ("ann", "--name", "robot", "--days", "0"),
        ("ann", "--name", " "),
        ("ann", "--revoke", "7"),
        ("ann",),
    ],
)
def test_a_command_that_cannot_be_done_says_why(ann: User, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*arguments)
