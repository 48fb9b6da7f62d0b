"""Queries cannot return what their user may not see."""

import pytest
from django.contrib.auth.models import AnonymousUser

from identity.models import Role, User
from identity.tests.factories import make_user
from ThorTrading.models import Account
from ThorTrading.selectors import account_visible_to, accounts_visible_to, held_symbols
from ThorTrading.services.snapshots import record_snapshot
from ThorTrading.tests.factories import make_account, make_holding, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


@pytest.fixture
def account(ann: User) -> Account:
    return make_account("primary", ann)


def test_members_see_their_accounts_only(ann: User, account: Account) -> None:
    make_account("bobs", User.objects.create_user("bob"))
    assert list(accounts_visible_to(ann)) == [account]


def test_nobody_sees_anything(account: Account) -> None:
    make_account("without-members")
    assert list(accounts_visible_to(AnonymousUser())) == []


def test_an_operator_is_no_member_by_that(account: Account) -> None:
    assert not accounts_visible_to(User.objects.create_user("opal", role=Role.OPERATOR)).exists()


def test_the_probe_sees_every_account(account: Account) -> None:
    another = make_account("another")
    assert list(accounts_visible_to(make_user("probe", role=Role.PROBE))) == [account, another]


def test_a_probe_that_was_deactivated_sees_nothing(account: Account) -> None:
    assert not accounts_visible_to(make_user("probe", role=Role.PROBE, is_active=False)).exists()


def test_who_left_sees_nothing(ann: User, account: Account) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)
    assert not accounts_visible_to(ann).exists()


def test_an_account_by_number_or_slug(ann: User, account: Account) -> None:
    assert account_visible_to(ann, str(account.pk)) == account_visible_to(ann, "primary") == account


@pytest.mark.parametrize("name", ["", "0", "secondary", "99999999999999999999999", "²", "PRIMARY", "1.0", "-1"])
def test_no_account_by_another_name(ann: User, account: Account, name: str) -> None:
    assert account_visible_to(ann, name) is None


@pytest.mark.parametrize("name", ["\u0661", "\uff11", "\uff50rimary", "primary\u200b", "primary ", "Primary", "\u2170"])
def test_no_account_by_what_only_looks_like_its_name(ann: User, account: Account, name: str) -> None:
    assert account_visible_to(ann, name) is None


def test_a_text_that_no_database_takes_is_not_asked_for(ann: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert account_visible_to(ann, "primary\x00") is None


def test_no_account_of_others(ann: User) -> None:
    other = make_account("other")
    assert account_visible_to(ann, "other") is account_visible_to(ann, str(other.pk)) is None


def test_what_any_account_holds_each_symbol_once() -> None:
    assert held_symbols() == []
    for slug, symbols in (("one", ["SPY", "MSFT"]), ("two", ["SPY"])):
        make_account(slug)
        record_snapshot(make_snapshot(*map(make_holding, symbols), account_number=f"ACC-{slug}"))
    assert held_symbols() == ["MSFT", "SPY"]
