"""The command that makes sign-in links."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from identity.management.commands.sign_in_link import address_of_link
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


@pytest.mark.parametrize(
    ("allowed", "leads_to"),
    [
        (["desk.example", "web", "127.0.0.1"], "https://desk.example"),
        (["localhost", "127.0.0.1", "[::1]", ".example", "*", "desk.example"], "https://desk.example"),
        (["127.0.0.1", "10.1.2.3"], "https://10.1.2.3"),
        (["127.0.0.1"], "http://127.0.0.1:8000"),
    ],
)
def test_behind_tls_a_link_leads_to_the_name_by_which_browsers_come(settings, allowed, leads_to) -> None:
    settings.TLS, settings.ALLOWED_HOSTS, settings.HOST, settings.PORT = True, allowed, "0.0.0.0", 8000
    out = StringIO()
    make_user()
    call_command("sign_in_link", "ann", stdout=out)
    assert out.getvalue().startswith(f"{leads_to}/sign-in#")


def test_no_link_for_nobody() -> None:
    with pytest.raises(CommandError, match="'bob'"):
        call_command("sign_in_link", "bob")
