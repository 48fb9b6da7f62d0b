"""Whatever a client sends is bounded and answered with its code, and no other client feels it."""

from __future__ import annotations

import json
import socket as sockets
from collections.abc import Callable, Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from tests.desk import Desk, Socket

LARGEST = 65_536
LARGEST_BODY = 1_048_576
IN_A_FRAME, IN_ALL = 1000, 2000


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk"), FEED_SEED="5") as desk:
        yield desk


@pytest.fixture(scope="module")
def member(desk):
    with desk.signed_in() as client:
        yield client


@pytest.fixture
def socket(desk, member) -> Iterator[Socket]:
    """The client that misbehaves. One beside it, which was there before, is served all the while."""
    with desk.socket(member) as beside, desk.socket(member, "?subscribe=manual") as socket:
        beside.until_type("heartbeat")
        yield socket
        beside.send({"type": "ping", "timestamp": "still here"})
        assert beside.until_type("pong")["data"]["timestamp"] == "still here"


def is_served(socket: Socket) -> None:
    socket.send({"type": "ping", "timestamp": "after"})
    assert socket.until_type("pong")["data"]["timestamp"] == "after"


def closed_with(do: Callable[[], object]) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        do()
    assert closed.value.rcvd is not None, "it was closed, not cut off"
    return closed.value.rcvd.code


def read_on(socket: Socket) -> None:
    while True:
        socket.next()


def names(first: int, count: int) -> list[str]:
    return [f"bars.USA.S{number}" for number in range(first, first + count)]


@pytest.mark.parametrize("size", [LARGEST + 1, 40 * LARGEST])
def test_a_frame_that_is_too_large_is_closed_with_1009(socket, size):
    def send() -> None:
        socket.connection.send("x" * size)
        read_on(socket)

    assert closed_with(send) == 1009


def test_a_message_that_is_too_large_in_pieces_is_closed_with_1009(socket):
    def send() -> None:
        socket.connection.send(["x" * (LARGEST // 2)] * 3)
        read_on(socket)

    assert closed_with(send) == 1009


def test_the_largest_frame_is_read(socket):
    ping = json.dumps({"type": "ping", "timestamp": ""})
    socket.send({"type": "ping", "timestamp": "x" * (LARGEST - len(ping))})
    assert len(socket.until_type("pong")["data"]["timestamp"]) == LARGEST - len(ping)


@pytest.mark.parametrize(
    "broken",
    ["[" * LARGEST, '{"type":"ping","timestamp":' + "[" * 30_000 + "]" * 30_000 + "}", "", "\x00" * 100],
    ids=["unfinished", "nested", "empty", "nothing"],
)
def test_what_is_nested_deeply_or_nothing_is_answered(socket, broken):
    socket.connection.send(broken)
    assert socket.until_type("error_message")["data"]["error_code"] == "bad_frame"
    is_served(socket)


def test_binary_frames_are_read_as_text_is(socket):
    socket.connection.send(b'{"type": "ping", "timestamp": 4}')
    assert socket.until_type("pong")["data"]["timestamp"] == 4
    socket.connection.send(bytes(range(256)))
    assert socket.until_type("error_message")["data"]["error_code"] == "bad_frame"
    is_served(socket)


def test_text_that_is_none_is_closed_with_1007(socket):
    def send() -> None:
        socket.connection.send(b"\xff\xfe", text=True)
        read_on(socket)

    assert closed_with(send) == 1007


def test_a_flood_is_closed_with_4029(socket):
    def flood() -> None:
        for number in range(2000):
            socket.send({"type": "ping", "timestamp": number})
        read_on(socket)

    assert closed_with(flood) == 4029


def test_a_flood_of_refusals_is_closed(desk, socket):
    """Each frame is small and asks for a thousand answers. There may be too many of them for the code to be heard."""
    before = len(desk.lines)

    def flood() -> None:
        for _ in range(400):
            socket.send({"type": "subscribe", "topics": ["nothing"] * IN_A_FRAME})
        read_on(socket)

    with pytest.raises(ConnectionClosed):
        flood()
    assert any("socket_ended" in line and ("4008" in line or "4029" in line) for line in desk.lines[before:])


def test_a_thousand_topics_are_subscribed_and_more_than_a_socket_may_hold_are_refused(socket):
    socket.send({"type": "subscribe", "topics": names(0, IN_A_FRAME + 1)})
    assert socket.until_type("error_message")["data"]["error_code"] == "bad_frame"
    socket.send({"type": "subscribe", "topics": names(0, IN_A_FRAME)})
    subscribed = [socket.until_type("subscribed")["data"]["topic"] for _ in range(IN_A_FRAME)]
    assert subscribed == names(0, IN_A_FRAME)
    socket.send({"type": "subscribe", "topics": names(IN_A_FRAME, IN_ALL - IN_A_FRAME)})
    socket.send({"type": "subscribe", "topics": ["heartbeat"]})
    refused = socket.until_type("error_message")
    assert (refused["topic"], refused["data"]["error_code"]) == ("heartbeat", "too_many_topics")
    is_served(socket)


def test_clients_that_come_and_go_quickly_leave_nothing_behind(desk, member, socket):
    for number in range(50):
        with desk.socket(member) as fleeting:
            if number % 2:
                fleeting.next()
    for _ in range(50):
        with desk.socket(member) as fleeting:
            fleeting.connection.socket.shutdown(sockets.SHUT_RDWR)
    is_served(socket)


@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 4 * LARGEST_BODY])
@pytest.mark.parametrize("in_chunks", [True, False])
def test_a_body_that_is_too_large_is_refused_however_it_comes(desk, size, in_chunks):
    with desk.client() as client:
        answer = client.post("/api/session/", content=pieces(size) if in_chunks else b" " * size)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/api/session/").status_code == 401, "the server goes on"


@pytest.mark.parametrize("declared", [{}, {"Content-Length": str(1000 * LARGEST_BODY)}])
def test_a_body_without_end_is_cut_off(desk, declared):
    sent: list[int] = []

    def without_end() -> Iterator[bytes]:
        for piece in pieces(1000 * LARGEST_BODY):
            sent.append(len(piece))
            yield piece

    with desk.client() as client, pytest.raises(httpx.TransportError):
        client.post("/api/session/", content=without_end(), headers=declared)
    assert sum(sent) < 200 * LARGEST_BODY, "what lies in buffers between us is sent, too"


def test_a_body_in_chunks_is_read(desk):
    with desk.client() as client:
        client.get("/api/session/")
        headers = {"X-CSRFToken": client.cookies["csrftoken"], "Content-Type": "application/json"}
        answer = client.post("/api/session/link/", content=iter([b'{"tok', b'en": "none"}']), headers=headers)
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "The sign-in link is not known here: ask for a new one.",
    )


def pieces(size: int) -> Iterator[bytes]:
    for start in range(0, size, LARGEST):
        yield b" " * min(LARGEST, size - start)
