"""The command that makes users."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from identity.models import User
from identity.tests.factories import make_user
from ThorTrading.tests.factories import make_account

pytestmark = pytest.mark.django_db


def test_a_user_is_made_with_a_role() -> None:
    call_command("create_user", "zoe", "--role", "operator", stdout=StringIO())
    zoe = User.objects.get(username="zoe")
    assert (zoe.role, zoe.has_usable_password()) == ("operator", False)


def test_a_password_is_asked_for_and_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ThorTrading.management.commands.create_user.getpass", lambda: "short")
    with pytest.raises(CommandError, match="too short"):
        call_command("create_user", "zoe", "--password")
    monkeypatch.setattr("ThorTrading.management.commands.create_user.getpass", lambda: "long enough to keep")
    call_command("create_user", "zoe", "--password", stdout=StringIO())
    assert User.objects.get(username="zoe").check_password("long enough to keep")


@pytest.mark.parametrize("name", ["ann", "not a name"])
def test_a_taken_or_impossible_name_is_refused(name: str) -> None:
    make_user("ann")
    with pytest.raises(CommandError):
        call_command("create_user", name)


def test_a_user_is_made_a_member_of_an_account() -> None:
    account, out = make_account(), StringIO()
    call_command("create_user", "zoe", "--account", account.slug, stdout=out)
    assert account.members.get() == User.objects.get(username="zoe")
    assert "a member of primary\n" in out.getvalue()


def test_without_an_account_it_says_how_to_give_one() -> None:
    account, out = make_account(), StringIO()
    call_command("create_user", "zoe", stdout=out)
    assert not account.members.exists()
    assert "manage.py members ACCOUNT add zoe" in out.getvalue()


def test_an_unknown_account_is_refused_before_anybody_is_made() -> None:
    make_account()
    with pytest.raises(CommandError, match=r"no account 'nowhere'; there are: primary \(\d+\)"):
        call_command("create_user", "zoe", "--account", "nowhere")
    assert not User.objects.exists()
