"""`/metrics` of a process that serves nothing else: a heartbeat process of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST

from thor_project.operations.metrics import exposition
from thor_project.operations.status import has_token

log = structlog.get_logger(__name__)


def serve_metrics() -> WSGIServer | None:
    """Answer on METRICS_PORT in a daemon thread; None where no port, or no token that would guard it, is set."""
    if not settings.METRICS_PORT:
        return None
    if not settings.METRICS_TOKEN:
        log.warning("metrics_not_served", reason="METRICS_PORT needs a METRICS_TOKEN")
        return None
    server = make_server(settings.HOST, settings.METRICS_PORT, answer, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The metrics for whoever has the token."""
    if not has_token(environ.get("HTTP_AUTHORIZATION", "")):
        start("401 Unauthorized", [("WWW-Authenticate", "Bearer"), ("Content-Type", "text/plain")])
        return [b"METRICS_TOKEN, please\n"]
    start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
    return [exposition()]


class Quiet(WSGIRequestHandler):
    """Not a line for each scrape."""

    def log_message(self, format: str, *args: Any) -> None: ...
