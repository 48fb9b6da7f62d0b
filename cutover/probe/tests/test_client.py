"""The client against a server that answers, hangs, drops, sends nonsense or too much: no look is held up, no thread is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from cutover.probe import client as client_module
from cutover.probe import sign_in
from cutover.probe import socket as socket_module
from cutover.probe.client import Client, NoAnswer
from cutover.probe.socket import End, Socket, Way
from cutover.probe.tests.servers import WELCOME, answered, stand_in, welcoming
from tests.desk import eventually, free_port

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Pass:
    expires_at: datetime
    cookies: dict = field(default_factory=lambda: {"sessionid": "s3cret"})
    user: object = None


@pytest.fixture
def server():
    with stand_in() as stand:
        yield stand


@pytest.fixture
def passes(monkeypatch):
    """The passes that were given out."""
    given: list[Pass] = []

    def way_in(now):
        given.append(Pass(now + HOUR, {"sessionid": f"s{len(given)}"}))
        return given[-1]

    monkeypatch.setattr(sign_in, "_way_in", [way_in])
    return given


@pytest.fixture
def client(server, passes):
    made = Client(server.url, lease=60.0)
    made.pass_at(NOW)
    yield made
    made.close()
    if made.socket is not None:
        made.socket.thread.join(30)
        assert not made.socket.thread.is_alive()


def opened(server, lease=60.0, **differing) -> Socket:
    made = Socket(Way(server.url, {"sessionid": "s3cret"}), lease, **differing)
    made.start({"bonds.X": "e:1", "bonds.Y": None})
    return made


def over(socket: Socket) -> End:
    eventually(lambda: socket.end, "the socket is over")
    socket.thread.join(30)
    assert not socket.is_open
    assert socket.end is not None
    return socket.end


def closing(code):
    return lambda connection: (connection.send(WELCOME), connection.recv(), connection.close(code))


def abort(connection):
    connection.send(WELCOME)
    connection.recv()
    connection.socket.close()


def test_it_comes_in_as_itself_and_subscribes_with_its_cursors(server):
    said = []

    def play(connection):
        connection.send(WELCOME)
        said.extend(connection)

    server.play = play
    socket = opened(server)
    eventually(lambda: said, "it subscribes")
    request = server.requests[0]
    assert (request.path, request.headers["Origin"]) == ("/ws/?subscribe=manual", server.url)
    assert (request.headers["Cookie"], request.headers["X-Thor-Client"]) == ("sessionid=s3cret", "probe")
    wanted = [{"topic": "bonds.X", "cursor": "e:1"}, "bonds.Y"]
    assert msgspec.json.decode(said[0]) == {"type": "subscribe", "topics": wanted}
    socket.leave()
    assert over(socket) is End.LEFT


def test_later_topics_are_said_too_some_at_a_time(server, monkeypatch):
    monkeypatch.setattr(socket_module, "TOPICS_A_FRAME", 2)
    said = []

    def play(connection):
        connection.send(WELCOME)
        said.extend(connection)

    server.play = play
    socket = opened(server)
    eventually(lambda: socket.is_open, "it is welcome")
    socket.subscribe(["a", "b", "c"])
    socket.unsubscribe(["a"])
    eventually(lambda: len(said) == 4, "all was said")
    assert [msgspec.json.decode(one)["topics"] for one in said[1:]] == [["a", "b"], ["c"], ["a"]]
    socket.leave()
    over(socket)
    socket.subscribe(["nobody hears"])


@pytest.mark.parametrize(("play", "code"), [(closing(4000), 4000), (abort, 1006)])
def test_a_connection_that_stood_and_ended_is_lost(server, play, code):
    server.play = play
    socket = opened(server)
    assert (over(socket), socket.code) == (End.LOST, code)


def test_one_that_was_sent_away_at_once_never_stood(server):
    server.play = lambda connection: connection.close(4501)
    socket = opened(server)
    assert (over(socket), socket.code) == (End.REFUSED, 4501)


def test_nobody_there(server):
    socket = Socket(Way(f"http://127.0.0.1:{free_port()}", {}), 60.0)
    socket.start({})
    assert over(socket) is End.REFUSED


def test_an_address_that_is_none():
    socket = Socket(Way("nowhere", {}), 60.0)
    socket.start({})
    assert over(socket) is End.REFUSED


def test_a_server_that_hangs_in_the_handshake(server, monkeypatch):
    monkeypatch.setattr(socket_module, "OPEN_SECONDS", 0.2)
    socket = Socket(Way(server.url, {}), 60.0)
    monkeypatch.setattr(Way, "socket_url", property(lambda way: f"ws{way.base_url[4:]}/hang"))
    server.answers["/hang"] = server.hang
    socket.start({})
    assert over(socket) is End.REFUSED


def test_a_server_that_hangs_later_is_lost(server, monkeypatch):
    monkeypatch.setattr(socket_module, "PING_SECONDS", 0.2)

    def play(connection):
        connection.send(WELCOME)
        connection.recv()
        connection.protocol_mutex.acquire()
        server.over.wait(30)
        connection.protocol_mutex.release()

    server.play = play
    assert over(opened(server)) is End.LOST


@pytest.mark.parametrize("nonsense", ["{", "[]", '{"type":"no_such_thing"}', "\x00", b"\xff\xfe"])
def test_nonsense_comes_through_and_ends_nothing(server, nonsense):
    def play(connection):
        connection.send(nonsense)
        welcoming(connection)

    server.play = play
    socket = opened(server)
    eventually(lambda: socket.is_open, "it is welcome all the same")
    frames = [frame for _, frame in socket.take()]
    assert frames[0] == (nonsense if isinstance(nonsense, bytes) else nonsense.encode())
    assert socket.take() == []
    socket.leave()
    assert over(socket) is End.LEFT


def test_what_nobody_takes_is_bounded(server):
    def play(connection):
        connection.send(WELCOME)
        while True:
            connection.send("x" * 1000)

    server.play = play
    assert over(opened(server, most_frames=100)) is End.FLOODED


def test_a_frame_that_is_too_large_ends_it(server, monkeypatch):
    monkeypatch.setattr(socket_module, "LARGEST_FRAME", 100)
    server.play = lambda connection: (connection.send(WELCOME), connection.send("x" * 101), connection.recv())
    assert over(opened(server)) is End.LOST


def test_who_is_not_called_any_more_ends_by_itself(server):
    assert over(opened(server, lease=0.2)) is End.LEFT


def test_what_the_thread_meets_is_its_end(server):
    broken = opened(server, clock=lambda: 1 / 0)
    assert over(broken) is End.REFUSED


def test_whoever_closes_first_as_we_leave_we_left():
    socket = Socket(Way("http://127.0.0.1", {}), 60.0)
    socket.is_open = True
    assert socket._ended() is End.LOST
    socket.leave()
    assert socket._ended() is End.LEFT


def test_https_means_wss():
    assert Way("https://desk.example.com", {}).socket_url == "wss://desk.example.com/ws/?subscribe=manual"


def test_the_origin_is_the_pages_own(server, client, settings):
    settings.TLS = True
    client.come_in({})
    eventually(lambda: client.stands, "it is open")
    assert server.requests[-1].headers["Origin"] == server.url.replace("http:", "https:")


# REST


def test_it_reads_as_the_probe(server, client):
    headers = {"ETag": '"e:1"', "X-As-Of": "2026-11-20T15:00:00Z"}
    server.answers["/a?b=c"] = answered('{"x": 1}', **headers)
    answer = client.read("/a?b=c")
    assert (answer.status, answer.etag, answer.as_of, answer.body) == (200, '"e:1"', NOW, b'{"x": 1}')
    sent = server.requests[-1].headers
    assert (sent["X-Thor-Client"], sent["Cookie"]) == ("probe", "sessionid=s0")


@pytest.mark.parametrize("as_of", ["", "yesterday", "2026-11-20T15:00:00"])
def test_a_moment_that_is_none(server, client, as_of):
    server.answers["/a"] = answered("", **({"X-As-Of": as_of} if as_of else {}))
    assert client.read("/a").as_of is None


def test_a_server_that_hangs_is_no_answer(server, client, monkeypatch):
    client._http.timeout = 0.2
    server.answers["/a"] = server.hang
    with pytest.raises(NoAnswer, match="/a"):
        client.read("/a")


def test_too_much_is_no_answer(server, client, monkeypatch):
    monkeypatch.setattr(client_module, "LARGEST_BODY", 10)
    server.answers["/a"] = answered("x" * 100)
    with pytest.raises(NoAnswer):
        client.read("/a")


def test_nobody_answers(passes):
    lonely = Client(f"http://127.0.0.1:{free_port()}", 60.0)
    lonely.pass_at(NOW)
    with pytest.raises(NoAnswer):
        lonely.read("/a")
    lonely.close()


def test_the_status(server, client):
    told = '{"process": 7, "errors_logged": 2, "sockets": {"connections": 3, "closed": {"1006": 1}}, "more": []}'
    server.answers["/ws/status"] = answered(told)
    assert (client.status().errors_logged, client.status().sockets.closed) == (2, {"1006": 1})
    server.answers["/ws/status"] = answered("{")
    assert client.status() is None
    server.answers["/ws/status"] = answered(told, 503)
    assert client.status() is None


# Who it is.


def test_its_pass_is_renewed_before_it_ends_and_when_it_is_refused(server, client, passes):
    assert client.pass_at(NOW + timedelta(minutes=50)) is passes[0]
    assert client.pass_at(NOW + timedelta(minutes=56)) is passes[1]
    server.answers["/a"] = answered("{}", 401)
    client.read("/a")
    assert client.pass_at(NOW + timedelta(minutes=57)) is passes[2]


def test_a_renewed_pass_brings_a_socket_that_takes_the_place_of_the_former(server, client, passes):
    client.pass_at(NOW)
    client.come_in({})
    first = client.socket
    eventually(lambda: client.stands, "it is open")
    client.pass_at(NOW + HOUR)
    client.come_in({})
    assert client.socket.succeeds
    assert over(first) is End.LEFT
    eventually(lambda: client.stands, "the next is open")
    assert server.requests[-1].headers["Cookie"] == "sessionid=s1"


def test_a_socket_that_is_sent_away_for_its_session_gets_another(server, client, passes):
    server.play = lambda connection: connection.close(4501)
    client.come_in({})
    over(client.socket)
    client.see_to_socket()
    client.pass_at(NOW)
    assert len(passes) == 2


def test_a_server_that_never_welcomes_is_given_up(server, client, monkeypatch):
    server.play = lambda connection: connection.recv()
    client.see_to_socket()
    client.come_in({})
    client.see_to_socket()
    monkeypatch.setattr(client_module, "WELCOME_SECONDS", -1.0)
    client.see_to_socket()
    assert over(client.socket) is End.LEFT
    assert not client.stands


def test_the_frames_of_a_flood_are_not_taken(server, client):
    assert client.take() == []
    client.come_in({})
    eventually(lambda: client.stands, "it is open")
    assert client.ended is None
    client.socket.end = End.FLOODED
    assert (client.take(), client.ended) == ([], End.FLOODED)
