"""A WebSocket client that reads only when it is asked to, so that what it leaves unread fills the server's buffers."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.uri import parse_uri

LITTLE = 16_384


class SlowConnection:
    """As much of websockets' connection as `tests.desk.Socket` needs. It offers compression, as browsers do."""

    def __init__(self, port: int, cookies: str, wait: float) -> None:
        self._waiting: deque[str] = deque()
        self.protocol = ClientProtocol(
            parse_uri(f"ws://127.0.0.1:{port}/ws/?subscribe=manual"),
            origin=f"http://127.0.0.1:{port}",
            extensions=[ClientPerMessageDeflateFactory()],
            max_size=None,
        )
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
        self.socket.settimeout(wait)
        self.socket.connect(("127.0.0.1", port))
        request = self.protocol.connect()
        request.headers["Cookie"] = cookies
        self.protocol.send_request(request)
        self._write()
        self.response: Response | None = None
        self._until(lambda: self.response is not None)
        assert self.protocol.state is State.OPEN, self.response

    def send(self, text: str) -> None:
        self.protocol.send_text(text.encode())
        self._write()

    def recv(self, timeout: float) -> str:
        """The next message; EOFError where the connection ended."""
        self.socket.settimeout(timeout)
        self._until(lambda: self._waiting)
        return self._waiting.popleft()

    def end(self) -> int | None:
        """Read until the connection has ended; the close code, None where it was cut off."""
        with suppress(EOFError):
            self._until(lambda: False)
        return None if self.protocol.close_rcvd is None else self.protocol.close_rcvd.code

    def close(self) -> None:
        self.socket.close()

    def _until(self, is_so: Callable[[], Any]) -> None:
        while not is_so():
            try:
                data = self.socket.recv(65_536)
            except ConnectionError:
                data = b""
            if not data:
                raise EOFError
            self.protocol.receive_data(data)
            self._write()
            for event in self.protocol.events_received():
                self._note(event)

    def _note(self, event: Any) -> None:
        if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
            assert event.fin
            self._waiting.append(bytes(event.data).decode())
        elif isinstance(event, Response):
            self.response = event

    def _write(self) -> None:
        for data in self.protocol.data_to_send():
            if data:
                try:
                    self.socket.sendall(data)
                except OSError:
                    return  # reading finds out how it ended
