"""The writers: by ASGI `send`, by daphne's transport, by uvicorn's. Their contract with real servers is in tests/acceptance."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn
from websockets.asyncio.client import connect

from realtime import writer_daphne, writer_uvicorn
from realtime.frames import Ready
from realtime.subscriber import MAX_FRAME_CHARACTERS
from realtime.tests.desk import PATIENCE, until
from realtime.writer import EXTENSION, SendWriter, writer_of
from realtime.writer_daphne import DaphneWriter
from realtime.writer_uvicorn import ReadyFramesProtocol, UvicornWriter

READY = Ready(["one", "two"])
HANDSHAKE = b"""GET / HTTP/1.1\r
Host: desk\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
Sec-WebSocket-Version: 13\r
\r
"""


class Send:
    """An ASGI `send` that can be held up."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[str] = asyncio.Queue()
        self.is_open = asyncio.Event()
        self.is_asked = asyncio.Event()

    async def __call__(self, text: str) -> None:
        self.is_asked.set()
        await self.is_open.wait()
        await self.sent.put(text)


# By ASGI send.


async def test_messages_are_sent_one_by_one_and_counted_until_they_are():
    send = Send()
    writer = SendWriter(send)
    assert (writer.write(READY), writer.buffered()) == (6, 6)
    task = asyncio.create_task(writer.run())
    await asyncio.wait_for(send.is_asked.wait(), PATIENCE)
    assert writer.write(READY) == 12
    send.is_open.set()
    assert [await asyncio.wait_for(send.sent.get(), PATIENCE) for _ in range(4)] == ["one", "two"] * 2
    await until(lambda: not writer.buffered())
    writer.write(READY)
    assert await asyncio.wait_for(send.sent.get(), PATIENCE) == "one"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("scope", [{}, {"extensions": None}, {"extensions": {"other": object}}])
def test_where_the_server_gives_no_writer_it_is_send(scope):
    assert isinstance(writer_of(scope, Send()), SendWriter)


def test_a_servers_writer_is_taken():
    mine = SendWriter(Send())
    assert writer_of({"extensions": {EXTENSION: lambda: mine}}, Send()) is mine


# By daphne's transport.


class Plain:
    """A TCP transport of Twisted's, as far as its fields go; `peer` reads what was sent to the socket itself."""

    TLS = False

    def __init__(self) -> None:
        self.socket, self.peer = socket.socketpair()
        self.socket.setblocking(False)
        self.peer.settimeout(PATIENCE)
        self.dataBuffer, self.offset, self._tempDataBuffer, self._tempDataLen = b"", 0, [], 0
        self.connected, self.disconnecting = True, False
        self.producer: object = "HTTP channel"

    def getHandle(self):  # noqa: N802 - Twisted's name
        return self.socket

    def write(self, data):
        self._tempDataBuffer.append(data)
        self._tempDataLen += len(data)

    def unregisterProducer(self):  # noqa: N802 - Twisted's name
        self.producer = None

    def registerProducer(self, producer, streaming):  # noqa: N802 - Twisted's name
        assert self.producer is None
        assert streaming
        self.producer = producer

    def close(self):
        self.socket.close()
        self.peer.close()


@pytest.fixture
def plain():
    transport = Plain()
    yield transport
    transport.close()


def test_daphnes_writer_writes_to_the_socket_while_nothing_waits(plain):
    writer = DaphneWriter(plain)
    assert (writer.write(READY), writer.buffered()) == (0, 0)
    assert plain.peer.recv(100) == READY.wire
    assert plain.producer is None


def test_what_the_socket_does_not_take_is_twisteds(plain):
    writer = DaphneWriter(plain)
    much = Ready(["x" * 4_000_000])
    unread = writer.write(much)
    assert 0 < unread < len(much.wire)
    assert b"".join(plain._tempDataBuffer) == much.wire[-unread:]
    assert writer.write(READY) == writer.buffered() == unread + len(READY.wire)


def test_behind_what_waits_it_is_written_in_order(plain):
    writer = DaphneWriter(plain)
    plain.dataBuffer, plain.offset = b"half sent", 5
    assert writer.write(READY) == len("sent") + len(READY.wire)
    assert plain._tempDataBuffer == [READY.wire]


def test_a_broken_socket_is_twisteds_to_find_out(plain):
    writer = DaphneWriter(plain)
    plain.peer.close()
    assert writer.write(READY) == len(READY.wire)
    assert plain._tempDataBuffer == [READY.wire]


@pytest.mark.parametrize(("connected", "disconnecting"), [(False, False), (True, True)])
def test_nothing_is_written_to_a_connection_that_ends(plain, connected, disconnecting):
    writer = DaphneWriter(plain)
    plain.connected, plain.disconnecting = connected, disconnecting
    assert writer.write(READY) == 0
    assert plain._tempDataBuffer == []


def _under_tls(plain):
    plain.TLS = True


def _in_another_twisted(plain):
    del plain._tempDataLen


@pytest.mark.parametrize("differs", [_under_tls, _in_another_twisted])
async def test_where_it_cannot_look_into_the_buffers_it_is_told_when_they_are_full(plain, differs):
    differs(plain)
    plain.write = (written := []).append
    writer = DaphneWriter(plain)
    assert plain.producer is writer
    assert writer.write(READY) == 0
    assert written == [READY.wire]
    writer.pauseProducing()
    assert writer.write(READY) == writer.buffered() == writer_daphne.MORE_THAN_ENOUGH_BYTES
    writer.resumeProducing()
    assert writer.buffered() == 0
    writer.stopProducing()
    await writer.run()


# By uvicorn's transport.


class Transport:
    """asyncio's, as far as a writer needs it."""

    def __init__(self, plain: socket.socket | None) -> None:
        self.plain, self.written, self.closing = plain, [], False

    def get_extra_info(self, name):
        return self.plain if name == "socket" else None

    def is_closing(self):
        return self.closing

    def write(self, data):
        self.written.append(data)

    def get_write_buffer_size(self):
        return sum(map(len, self.written))


async def test_uvicorns_writer_writes_to_the_transport():
    transport = Transport(None)
    writer = UvicornWriter(transport)
    assert writer.write(READY) == writer.buffered() == len(READY.wire)
    transport.closing = True
    writer.write(READY)
    assert transport.written == [READY.wire]
    await writer.run()


def test_the_kernels_buffer_is_kept_small():
    with socket.socket() as plain:
        UvicornWriter(Transport(plain))
        assert plain.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * writer_uvicorn.KERNEL_BUFFER_BYTES


@asynccontextmanager
async def serving(application: Callable[..., Awaitable[None]]) -> AsyncIterator[int]:
    """A uvicorn in this loop with our protocol; its port."""
    config = uvicorn.Config(application, ws=ReadyFramesProtocol, port=0, lifespan="off", log_config=None)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await server.shutdown()


async def test_uvicorn_gives_its_sockets_a_writer_and_compresses_nothing():
    async def application(scope, receive, send):
        await send({"type": "websocket.accept"})
        writer_of(scope, Send()).write(READY)
        assert scope["extensions"].keys() > {EXTENSION}
        await send({"type": "websocket.close", "code": 4000})

    async with serving(application) as port, connect(f"ws://127.0.0.1:{port}/", compression="deflate") as client:
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        assert [await client.recv(), await client.recv()] == ["one", "two"]
        await client.wait_closed()
        assert client.close_code == 4000


async def test_uvicorn_takes_no_frame_that_is_too_large():
    async def application(scope, receive, send):
        await send({"type": "websocket.accept"})
        while (await receive())["type"] != "websocket.disconnect":
            """What it says is of no interest."""

    async with serving(application) as port, connect(f"ws://127.0.0.1:{port}/") as client:
        await client.send("x" * MAX_FRAME_CHARACTERS)
        await client.send("x" * (MAX_FRAME_CHARACTERS + 1))
        await client.wait_closed()
        assert client.close_code == 1009


async def test_uvicorn_closes_a_client_that_does_not_read():
    closed = asyncio.Event()

    async def application(scope, receive, send):
        await send({"type": "websocket.accept"})
        writer = writer_of(scope, Send())
        while writer.write(Ready(["x" * 1_000_000])) < 1_000_000:
            """Until the kernel takes no more."""
        await send({"type": "websocket.close", "code": 4008})
        closed.set()
        while (await receive())["type"] != "websocket.disconnect":
            """What it says is of no interest."""

    async with serving(application) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
        writer.write(HANDSHAKE)
        await asyncio.wait_for(closed.wait(), PATIENCE)
        writer.close()
