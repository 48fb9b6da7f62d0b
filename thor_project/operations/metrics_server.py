"""What a process that serves nothing else (a heartbeat of its own) answers on METRICS_PORT: its metrics, and whether it ticks."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST

from jobs.tallies import tallies
from thor_project.operations.metrics import exposition
from thor_project.operations.status import has_token

log = structlog.get_logger(__name__)

SILENT_SECONDS = 30.0
PATIENCE_SECONDS = 5.0
"""How long a connection may say nothing, or not read."""
LIVE = "/live"
TEXT = ("Content-Type", "text/plain")


class Pulse:
    """Whether ticks go on coming, by whoever asks again and again: leading or following, a heartbeat ticks."""

    def __init__(self, count: Callable[[], int], now: float) -> None:
        self._count = count
        self._seen, self._at = count(), now

    def beats(self, now: float) -> bool:
        """Whether a tick has come within SILENT_SECONDS, as far as was asked."""
        seen = self._count()
        if seen != self._seen:
            self._seen, self._at = seen, now
        return now - self._at <= SILENT_SECONDS


def ticks() -> int:
    return sum(tallies.ticks.counts)


def serve_metrics() -> WSGIServer | None:
    """Answer on METRICS_PORT in a daemon thread; None where no port is set. Without a METRICS_TOKEN nobody is shown metrics."""
    if not settings.METRICS_PORT:
        return None
    if not settings.METRICS_TOKEN:
        log.warning("metrics_not_shown", reason="METRICS_PORT needs a METRICS_TOKEN")
    pulse = Pulse(ticks, time.monotonic())
    server = make_server(settings.HOST, settings.METRICS_PORT, answers_with(pulse), Server, Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def answers_with(pulse: Pulse) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == LIVE:
            return live(start, pulse.beats(time.monotonic()))
        return metrics(start, environ.get("HTTP_AUTHORIZATION", ""))

    return answer


def live(start: Callable[..., Any], beats: bool) -> Iterable[bytes]:
    """For anybody."""
    start("200 OK" if beats else "503 Service Unavailable", [TEXT])
    return [b"ticking\n" if beats else b"silent\n"]


def metrics(start: Callable[..., Any], authorization: str) -> Iterable[bytes]:
    """For whoever has the token."""
    if not has_token(authorization):
        start("401 Unauthorized", [("WWW-Authenticate", "Bearer"), TEXT])
        return [b"METRICS_TOKEN, please\n"]
    start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [exposition()]


class Server(ThreadingMixIn, WSGIServer):
    """Each connection has a thread of its own: who is silent keeps nobody else waiting."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Not a line for each scrape, nor for who went away or says nothing: he is let go."""

    timeout = PATIENCE_SECONDS

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None: ...
