"""The commands that make users and their links."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from identity.management.commands.sign_in_link import address_of_link
from identity.models import User
from identity.services import use_link
from identity.tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_printed_link_signs_in(settings) -> None:
    settings.HOST, settings.PORT = "0.0.0.0", 8123
    out = StringIO()
    user = make_user()
    call_command("sign_in_link", "ann", stdout=out)
    found = re.fullmatch(r"http://127\.0\.0\.1:8123/sign-in#(\S+)\n", out.getvalue())
    assert found
    assert use_link(found[1], timezone.now()) == user


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("desk.example", "desk.example"),
        ("0.0.0.0", "127.0.0.1"),
        ("0", "127.0.0.1"),
        ("::", "[::1]"),
        ("fe80::1", "[fe80::1]"),
    ],
)
def test_a_link_leads_to_where_this_machine_is_served(host: str, shown: str) -> None:
    assert address_of_link("secret", host, 8001) == f"http://{shown}:8001/sign-in#secret"


def test_no_link_for_nobody() -> None:
    with pytest.raises(CommandError, match="'bob'"):
        call_command("sign_in_link", "bob")


def test_a_user_is_made_with_a_role() -> None:
    call_command("create_user", "zoe", "--role", "operator", stdout=StringIO())
    zoe = User.objects.get(username="zoe")
    assert (zoe.role, zoe.has_usable_password()) == ("operator", False)


def test_a_password_is_asked_for_and_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.management.commands.create_user.getpass", lambda: "short")
    with pytest.raises(CommandError, match="too short"):
        call_command("create_user", "zoe", "--password")
    monkeypatch.setattr("identity.management.commands.create_user.getpass", lambda: "long enough to keep")
    call_command("create_user", "zoe", "--password", stdout=StringIO())
    assert User.objects.get(username="zoe").check_password("long enough to keep")


@pytest.mark.parametrize("name", ["ann", "not a name"])
def test_a_taken_or_impossible_name_is_refused(name: str) -> None:
    make_user("ann")
    with pytest.raises(CommandError):
        call_command("create_user", name)
