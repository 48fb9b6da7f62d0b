"""The command that lists, adds and removes an account's members."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from identity.models import Role, SignInAudit, User
from identity.tests.factories import make_user
from ThorTrading.models import Account
from ThorTrading.tests.factories import make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return make_account("primary", make_user("zoe", role=Role.OPERATOR), make_user("gone", is_active=False))


@pytest.fixture
def ann() -> User:
    return make_user("ann", role=Role.TRADER)


def members(*words: object) -> str:
    out = StringIO()
    call_command("members", *map(str, words), stdout=out)
    return out.getvalue()


def noted() -> list[tuple[str, ...]]:
    rows = SignInAudit.objects.order_by("pk")
    return list(rows.values_list("user__username", "username", "by", "outcome", "about"))


def test_they_are_listed_by_name(account: Account) -> None:
    assert members("primary") == "gone  viewer  (inactive: sees nothing)\nzoe  operator\n"


def test_an_account_without_members_says_so() -> None:
    assert members(make_account("lonely").pk) == "lonely has no members\n"


def test_a_user_is_added_once_and_removed(account: Account, ann: User) -> None:
    assert "ann is a member of primary;" in members("primary", "add", "ann")
    assert "ann was a member of primary already" in members(account.pk, "add", "ann")
    assert account.members.filter(pk=ann.pk).count() == 1
    assert "ann is no member of primary any more" in members(account.pk, "remove", "ann")
    assert not account.members.filter(pk=ann.pk).exists()
    assert noted() == [("ann", "ann", "member", "added", "primary"), ("ann", "ann", "member", "removed", "primary")]


def test_only_that_membership_is_ended(account: Account, ann: User) -> None:
    other = make_account("other", ann)
    members("primary", "add", "ann")
    members("primary", "remove", "ann")
    assert list(other.members.all()) == [ann]
    assert account.members.count() == 2


def test_who_is_inactive_can_be_removed(account: Account) -> None:
    members("primary", "remove", "gone")
    assert members("primary") == "zoe  operator\n"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["nowhere"], r"no account 'nowhere'; there are: primary \(\d+\)"),
        (["999", "add", "ann"], "no account '999'"),
        (["9" * 30], "no account"),
        (["primary", "add", "bob"], "no user 'bob'"),
        (["primary", "remove", "bob"], "no user 'bob'"),
        (["primary", "remove", "ann"], "ann is no member of primary"),
        (["primary", "add"], "add whom"),
        (["primary", "add", "gone"], "gone is inactive"),
        (["primary", "add", "probe"], "probe never signs in"),
        (["primary", "drop", "ann"], "invalid choice: 'drop'"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_changed(account: Account, ann: User, words, fault) -> None:
    make_user("probe", role=Role.PROBE)
    with pytest.raises(CommandError, match=fault):
        members(*words)
    assert account.members.count() == 2
    assert noted() == []


def test_where_there_is_no_account_it_says_none() -> None:
    with pytest.raises(CommandError, match="no account 'primary'; there are: none"):
        members("primary")
