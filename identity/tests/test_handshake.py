"""Who a socket's client is."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.utils import timezone

from identity import handshake
from identity.handshake import SocketHandshake
from identity.limits import Limits
from identity.models import Role
from identity.services import probe_session
from identity.tests.factories import make_user
from identity.tokens import make_token

ORIGIN = {"origin": "http://here", "host": "here"}
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
async def _no_connection_is_left():
    yield
    await sync_to_async(connections.close_all)()


async def comes(query: bytes = b"", **headers: str):
    """Who came, or None where the socket was refused before it was accepted."""
    came = []

    async def application(scope, receive, send):
        came.append(await sync_to_async(lambda: scope["user"].username or scope["user"])())

    async def send(message):
        assert message == {"type": "websocket.close"}

    given = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    scope = {"type": "websocket", "headers": given, "query_string": query, "path": "/ws/"}
    await SocketHandshake(application)(scope, None, send)
    return came[0] if came else None


def token() -> str:
    return make_token(make_user("robot"), "socket", Role.VIEWER, timedelta(days=1), timezone.now()).secret


async def cookie() -> str:
    session = await sync_to_async(probe_session)(timezone.now())
    return f"sessionid={session.cookies['sessionid']}"


async def test_a_token_needs_no_origin():
    secret = await sync_to_async(token)()
    assert await comes(authorization=f"Bearer {secret}") == "robot"
    assert await comes(authorization=f"Bearer {secret}", origin="http://elsewhere", host="here") == "robot"


async def test_a_session_needs_our_own_pages_origin():
    cookies = await cookie()
    assert await comes(cookie=cookies, **ORIGIN) == "probe"
    assert await comes(cookie=cookies, host="here") is None
    assert await comes(cookie=cookies, origin="http://elsewhere", host="here") is None


@pytest.mark.parametrize("secret", ["", "nonsense", "\xff\xfe"])
async def test_a_bad_token_is_nobodys_whatever_the_cookies_say(secret):
    assert isinstance(await comes(authorization=f"Bearer {secret}", cookie=await cookie(), **ORIGIN), AnonymousUser)


async def test_an_address_comes_only_so_often(monkeypatch):
    monkeypatch.setattr(handshake, "limits", Limits(1))
    came = [await comes(**ORIGIN) for _ in range(6)]
    assert [isinstance(who, AnonymousUser) for who in came] == [True] * 5 + [False]


async def test_a_token_in_the_address_is_none():
    secret = await sync_to_async(token)()
    assert isinstance(await comes(f"token={secret}".encode(), **ORIGIN), AnonymousUser)
    assert await comes(f"token={secret}".encode()) is None
