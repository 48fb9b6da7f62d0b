"""The proxy of docker-compose.yml before a desk: TLS, sockets, addresses, built files, and what it logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.desk import Desk, eventually, free_port
from tests.proxy import NGINX, OPENSSL, SPOOFED, Proxy

pytestmark = pytest.mark.skipif(not (NGINX and OPENSSL), reason="nginx or openssl is not here")


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    with Desk(folder, TLS="true", PROXIES="1", LOG_FORMAT="json", FEED_SEED="3") as desk:
        yield desk


@pytest.fixture(scope="module")
def proxy(desk, tmp_path_factory) -> Iterator[Proxy]:
    with Proxy(tmp_path_factory.mktemp("proxy"), desk.port).up() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def member(desk, proxy) -> Iterator[httpx.Client]:
    """Signed in through the proxy, as a browser does it; what the browser claims to forward is a lie."""
    with proxy.client() as client:
        token = desk.token()
        eventually(lambda: client.get("/api/session/").status_code == 401, "the desk answers through the proxy")
        headers = {"Origin": proxy.url, "X-CSRFToken": client.cookies["csrftoken"], **SPOOFED}
        answer = client.post("/api/session/link/", json={"token": token}, headers=headers)
        assert answer.status_code == 200, answer.text
        assert "Secure" in answer.headers["set-cookie"]
        yield client


def test_who_came_by_the_proxy_is_known_by_the_address_that_the_proxy_saw(desk, member):
    noted = eventually(lambda: [line for line in desk.lines if "sign_in_noted" in line], "the sign-in is noted")
    assert '"address": "127.0.0.1"' in noted[0]
    assert SPOOFED["X-Forwarded-For"] not in "".join(desk.lines)


def test_a_socket_is_upgraded_and_another_origins_is_refused(proxy, member):
    with proxy.socket(member, proxy.url) as socket:
        assert socket.until_type("account_balance")
    with pytest.raises(InvalidStatus) as refused, proxy.socket(member, "https://elsewhere.test"):
        pass
    assert refused.value.response.status_code == 403


def test_plain_http_is_sent_on_to_tls(proxy):
    answer = httpx.get(f"http://127.0.0.1:{proxy.plain}/cutover?tab=polls")
    assert (answer.status_code, answer.headers["location"]) == (301, "https://127.0.0.1/cutover?tab=polls")


def test_built_files_come_from_the_proxy_and_nothing_beside_them(proxy, member):
    (proxy.folder / "static" / "desk.js").write_text("'built'")
    answer = member.get("/static/desk.js")
    assert answer.text == "'built'"
    assert answer.headers["content-type"] == "application/javascript"
    assert member.get("/static/%2e%2e/tls/tls.key").status_code == 404
    assert member.get("/static../tls/tls.key").status_code == 404


def test_metrics_are_for_those_inside(proxy, member):
    assert member.get("/ws/status").status_code == 200
    assert problem_of(member.get("/metrics")) == {"type": "about:blank", "title": "Not Found", "status": 404}


def problem_of(answer: httpx.Response) -> object:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.json()


def test_no_line_has_a_query_even_where_no_web_process_is_left(tmp_path):
    with Proxy(tmp_path / "proxy", free_port()).up() as proxy, proxy.client() as client:
        away = client.get("/api/desk/?token=a-secret")
        large = client.post("/api/desk/?token=a-secret", content=b" " * 2_000_000)
    assert problem_of(away) == {"type": "about:blank", "title": "Bad Gateway", "status": 502}
    assert problem_of(large) == {"type": "about:blank", "title": "Content Too Large", "status": 413}
    lines = proxy.lines()
    assert re.search(rf'"GET /api/desk/" 502 .* 127\.0\.0\.1:{proxy.web} 502 ', lines)
    assert "a-secret" not in lines
