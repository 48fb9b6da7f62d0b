"""How many requests there may be, and from where."""

import pytest
from django.test import Client

from identity import limits as limits_module
from identity.addresses import address_of, address_of_scope, counted_as
from identity.limits import Buckets, Limits
from identity.models import Role
from identity.tests.factories import make_user


@pytest.fixture
def few(monkeypatch) -> Limits:
    """Three a minute to a user, fifteen to an address."""
    made = Limits(3)
    monkeypatch.setattr(limits_module, "limits", made)
    return made


def test_so_many_may_come_at_once_and_then_as_time_goes_by() -> None:
    buckets = Buckets(60)
    assert [buckets.take("ann", 100.0) for _ in range(60)] == [0.0] * 60
    assert buckets.take("ann", 100.0) == 1.0
    assert buckets.take("ann", 100.5) == 0.5
    assert buckets.take("ann", 101.0) == 0.0
    assert buckets.take("bob", 101.0) == 0.0


def test_a_bucket_holds_no_more_than_a_minutes() -> None:
    buckets = Buckets(2)
    assert [bool(buckets.take("ann", 9000.0)) for _ in range(3)] == [False, False, True]
    assert [bool(buckets.take("ann", 18000.0)) for _ in range(3)] == [False, False, True]


def test_whoever_is_refused_waits_no_longer_for_asking() -> None:
    buckets = Buckets(60)
    for _ in range(500):
        buckets.take("ann", 100.0)
    assert buckets.take("ann", 101.0) == 0.0


def test_the_least_used_are_forgotten() -> None:
    buckets = Buckets(1, most_keys=2)
    for key in ("ann", "bob", "cid"):
        buckets.take(key, 1.0)
    assert buckets.take("cid", 1.0) > 0
    assert buckets.take("ann", 1.0) == 0.0


@pytest.mark.django_db
def test_a_user_is_refused_and_told_when_to_come_again(client: Client, few: Limits) -> None:
    client.force_login(make_user("ann", role=Role.TRADER))
    answers = [client.get("/api/session/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 20
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    other = Client()
    other.force_login(make_user("bob"))
    assert other.get("/api/session/").status_code == 200


@pytest.mark.django_db
def test_an_address_is_refused_whoever_it_says_it_is(few: Limits) -> None:
    answers = [Client().get("/api/session/", headers={"Authorization": f"Bearer {n}"}) for n in range(16)]
    assert [answer.status_code for answer in answers] == [401] * 15 + [429]
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert answers[-1].json()["status"] == 429
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 5


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7, 8.8.8.8", "7.7.7.7"),
        (2, "8.8.8.8", "8.8.8.8"),
    ],
)
def test_the_address_is_what_our_own_proxies_say(settings, proxies: int, forwarded: str, address: str) -> None:
    settings.PROXIES = proxies
    assert address_of("10.0.0.1", forwarded) == address
    headers = [(b"X-Forwarded-For", forwarded.encode())] if forwarded else []
    assert address_of_scope({"client": ["10.0.0.1", 9], "headers": headers}) == address


def test_a_socket_without_an_address_has_none() -> None:
    assert address_of_scope({"client": None, "headers": []}) == ""


@pytest.mark.parametrize(
    ("address", "known_by"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:0:0:1", "2001:db8::/64"),
        ("2001:DB8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_who_has_many_addresses_has_one_limit(address: str, known_by: str) -> None:
    assert counted_as(address) == known_by


@pytest.mark.django_db
def test_who_has_many_addresses_is_refused(few: Limits) -> None:
    answers = [Client(REMOTE_ADDR=f"2001:db8::{n}").get("/api/session/").status_code for n in range(1, 17)]
    assert answers == [401] * 15 + [429]
