"""A real server on loopback that does what a test tells it to: answers, hangs, drops, sends nonsense."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

WELCOME = '{"type":"welcome","data":{"protocol":1}}'
PATIENCE = 30.0


class StandIn:
    """`play` says what happens on each socket, `answers` what each path says; both see what came before in `requests`."""

    def __init__(self) -> None:
        self.url = ""
        self.play: Callable[[ServerConnection], None] = welcoming
        self.answers: dict[str, Callable[[], Response]] = defaultdict(lambda: answered("", 404))
        self.requests: list[Request] = []
        self.over = threading.Event()
        """Whatever hangs, hangs until then."""

    def hang(self, *_: Any) -> Any:
        self.over.wait(PATIENCE)
        return answered("", 503)()

    def _on_request(self, connection: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if request.path.startswith("/ws/?"):
            return None
        return self.answers[request.path]()

    def _on_socket(self, connection: ServerConnection) -> None:
        try:
            self.play(connection)
        except ConnectionClosed:
            return


def answered(body: str, status: int = 200, **headers: str) -> Callable[[], Response]:
    sent = Headers({"Content-Length": str(len(body.encode())), "Connection": "close", **headers})
    return lambda: Response(status, HTTPStatus(status).phrase, sent, body.encode())


def welcoming(connection: ServerConnection) -> None:
    """Says what a server says first, then listens until the client goes."""
    connection.send(WELCOME)
    for _ in connection:
        pass


@contextmanager
def stand_in() -> Iterator[StandIn]:
    stand = StandIn()
    with serve(
        stand._on_socket, "127.0.0.1", 0, process_request=stand._on_request, compression=None, close_timeout=1
    ) as server:
        stand.url = f"http://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield stand
        finally:
            stand.over.set()
            server.shutdown()
            thread.join(PATIENCE)
