"""Nobody sees what is not theirs: strangers, members of other accounts, pages from elsewhere, broken frames."""

from __future__ import annotations

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.desk import Desk

ALL = (
    "/api/desk/",
    "/api/accounts/",
    "/api/accounts/primary/balance/",
    "/api/accounts/1/positions/",
    "/api/intraday/?symbol=SPY",
    "/api/vwap/?symbol=SPY",
    "/api/markets/",
    "/api/markets/status/",
    "/api/markets/XNYS/sessions/",
    "/api/cutover/stages/",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    with Desk(tmp_path_factory.mktemp("desk"), FEED_SEED="3") as desk:
        yield desk


@pytest.fixture(scope="module")
def member(desk):
    with desk.signed_in() as client:
        yield client


@pytest.fixture(scope="module")
def other(desk, member):
    """Signed in, and a member of no account."""
    created = desk.manage("create_user", "other", "--role", "viewer")
    assert created.returncode == 0, created.stderr
    link = desk.manage("sign_in_link", "other")
    with desk.signed_in(link.stdout.split("#")[1].split()[0]) as client:
        yield client


@pytest.mark.parametrize("path", ALL)
def test_a_stranger_gets_401_and_a_member_an_answer(desk, member, path):
    with desk.client() as stranger:
        answer = stranger.get(path)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert member.get(path).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/accounts/primary/balance/", "/api/accounts/1/positions/", "/api/accounts/9/balance/"]
)
def test_another_accounts_member_gets_404(other, path):
    assert other.get(path).status_code == 404


def test_a_strangers_socket_is_accepted_and_closed_with_4501(desk, member):
    with desk.socket(None) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.next()
    assert closed.value.rcvd.code == 4501


def test_a_page_from_elsewhere_gets_no_socket(desk, member):
    with pytest.raises(InvalidStatus) as refused, desk.socket(member, origin="http://localhost:3000"):
        pass
    assert refused.value.response.status_code == 403


def test_another_accounts_member_is_refused_the_topic_and_hears_nothing_of_it(desk, member, other):
    with desk.socket(other, "?subscribe=manual") as socket:
        assert not any(topic.startswith(("balance.", "positions.")) for topic in socket.next()["data"]["topics"])
        socket.send({"type": "subscribe", "topics": ["balance.1", "positions.1", "balance.99", "heartbeat"]})
        refused = [socket.until_type("error_message") for _ in range(3)]
        assert [frame["data"]["error_code"] for frame in refused] == ["unknown_topic"] * 3
        assert {frame["data"]["message"].replace("99", "1") for frame in refused[::2]} == {
            refused[0]["data"]["message"]
        }
        with desk.socket(member) as mine:
            mine.until(lambda frame: frame["type"] == "account_balance" and "snapshot" not in frame, "a balance")
        socket.send({"type": "ping", "timestamp": "after"})
        socket.until_type("pong")
        assert not [
            frame for frame in socket.frames if frame.get("topic") in ("balance.1", "positions.1") and "epoch" in frame
        ]


@pytest.mark.parametrize("broken", ["{", "[]", '{"type": "nonsense"}', '{"type": "subscribe"}', "[" * 5000, '"\ud83d'])
def test_a_broken_frame_gets_an_error_and_the_socket_stays(desk, member, broken):
    with desk.socket(member, "?subscribe=manual") as socket:
        socket.connection.send(broken.encode("utf-8", "replace").decode())
        assert socket.until_type("error_message")["data"]["error_code"] == "bad_frame"
        socket.send({"type": "ping", "timestamp": 1})
        assert socket.until_type("pong")["data"]["timestamp"] == 1
