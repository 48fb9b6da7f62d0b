"""What is shown live of accounts: to members only, and the same as to a fresh reader."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser

from cutover import cohorts
from cutover.plans import plan_of
from identity.models import Role, User
from realtime.features import match
from realtime.testing import SubscriberDriver, assert_live_parity
from ThorTrading.models import Account, Membership
from ThorTrading.services.snapshots import Recorded, record_snapshot
from ThorTrading.services.websocket_broadcast import broadcast_account
from ThorTrading.services.websocket_features import account_balance, positions, read_balances, read_positions
from ThorTrading.tests.factories import NOW, make_account, make_holding, make_snapshot

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=10)
FEATURES = [account_balance, positions]


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def account(ann: User) -> Account:
    account = make_account("primary", ann)
    record_snapshot(make_snapshot(make_holding("SPY"), make_holding("AAPL")))
    return account


def sold_spy() -> None:
    broadcast_account(record_snapshot(make_snapshot(make_holding("AAPL"), as_of=LATER, cash=Decimal("101025.00"))))


@pytest.mark.parametrize("stream", ["account_balance", "positions"])
def test_live_equals_fresh(account: Account, stream: str) -> None:
    assert_live_parity(stream, {"account_id": account.pk}, change=sold_spy)


@pytest.mark.parametrize("prefix", ["balance", "positions"])
def test_only_members_may_subscribe(ann: User, account: Account, prefix: str) -> None:
    found = match(f"{prefix}.{account.pk}")
    assert found is not None
    may = found.feature.may_subscribe
    assert may(ann, found.params)
    assert not may(User.objects.create_user("bob"), found.params)
    assert not may(AnonymousUser(), found.params)


@pytest.mark.parametrize("feature", FEATURES)
def test_who_may_keep_hearing_is_who_may_subscribe_asked_at_once(
    ann: User, account: Account, feature, django_assert_num_queries
) -> None:
    users = [
        ann,
        User.objects.create_user("bob"),
        User.objects.create_user("probe", role=Role.PROBE),
        User.objects.create_user("gone", is_active=False),
    ]
    Membership.objects.create(account=account, user=users[3])
    readers = [(user, {"account_id": pk}) for user in users for pk in (account.pk, make_account(user.username).pk)]
    with django_assert_num_queries(2):
        keeps = feature.keeps(readers)
    assert keeps == [feature.may_subscribe(user, params) for user, params in readers]
    assert keeps == [True, False, False, False, True, True, False, False]


def test_a_dashboard_shows_ones_own_accounts(ann: User, account: Account) -> None:
    make_account("bobs", User.objects.create_user("bob"))
    assert account_balance.topics_for(ann) == [f"balance.{account.pk}"]
    assert positions.topics_for(ann) == [f"positions.{account.pk}"]
    assert list(positions.topics_for(AnonymousUser())) == []


def test_another_accounts_member_is_refused_and_hears_nothing(account: Account) -> None:
    bob = SubscriberDriver(User.objects.create_user("bob"))
    (refused,) = bob.subscribe(f"positions.{account.pk}")
    assert (refused["type"], refused["data"]["error_code"]) == ("error_message", "unknown_topic")
    sold_spy()
    assert bob.hear() == []


def test_a_member_hears_what_changed(ann: User, account: Account) -> None:
    driver = SubscriberDriver(ann)
    driver.subscribe(f"positions.{account.pk}")
    sold_spy()
    (frame,) = driver.hear()
    assert frame["type"] == "positions"
    assert [row["symbol"] for row in frame["data"]["positions"]] == ["AAPL"]
    assert frame["as_of"] == frame["data"]["timestamp"] == "2026-11-20T14:30:10Z"


def test_what_did_not_change_is_not_published(ann: User, account: Account) -> None:
    driver = SubscriberDriver(ann)
    driver.subscribe(f"balance.{account.pk}")
    broadcast_account(Recorded(account.pk, balance=False, positions=False))
    assert driver.hear() == []


def test_many_accounts_are_read_at_once(account: Account, django_assert_num_queries: Callable[..., object]) -> None:
    others = [make_account(f"other-{number}") for number in range(5)]
    keys = [{"account_id": pk} for pk in (others[0].pk, account.pk, 999_999)]
    with django_assert_num_queries(1):
        assert [reading is not None for reading in read_balances(keys)] == [False, True, False]
    with django_assert_num_queries(2):
        assert [reading is not None for reading in read_positions(keys)] == [False, True, False]


@pytest.mark.parametrize("feature", FEATURES)
def test_each_has_its_plan(feature) -> None:
    plan = plan_of(feature.name)
    assert plan.flag == f"WS_FEATURE_{feature.name.upper()}"
    assert plan.every == 10
    assert plan.rest.startswith("/api/accounts/{account_id}/")


def test_the_cohort_paper_is_whoever_trades_on_paper_and_nowhere_else(ann):
    ben, carl, gone = (User.objects.create_user(name) for name in ("ben", "carl", "gone"))
    make_account("paper", ann, ben, gone)
    real = make_account("real", ben)
    Account.objects.filter(pk=real.pk).update(kind="live")
    User.objects.filter(pk=gone.pk).update(is_active=False)
    paper = cohorts.find("paper")
    assert list(paper.users()) == [ann.pk]
    assert [paper.contains(user) for user in (ann, ben, carl, gone, AnonymousUser())] == [
        True,
        False,
        False,
        False,
        False,
    ]
