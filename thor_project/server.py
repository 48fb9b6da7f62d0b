"""Daphne with our hub in its loop and, where the desk is embedded, the heartbeat as a task of it."""

from __future__ import annotations

# daphne.server installs Twisted's reactor: it comes before whatever else imports Twisted.
from daphne.server import Server, twisted_loop  # isort: skip

import asyncio
import os
import re
import threading
from collections.abc import Iterable
from typing import Any

import structlog
from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from django.utils.module_loading import import_string
from twisted.internet import defer, reactor

from cutover.presence import presence_here
from cutover.probe import target
from cutover.services import note_environment
from jobs.leadership import Leadership, leadership_from_settings
from jobs.loop import run_heartbeat
from realtime.garbage import calm_garbage_collector
from realtime.hub import stop_hub_here
from realtime.writer import EXTENSION
from realtime.writer_daphne import DaphneWriter
from thor_project.bodies import bounded

log = structlog.get_logger(__name__)

SHUTDOWN_SECONDS = 5.0
CLOSING_SECONDS = 4.0


class ThorServer(Server):  # type: ignore[misc] # daphne is not typed
    """Serves, and runs the heartbeat beside it unless told not to. Stops within SHUTDOWN_SECONDS, whoever hangs."""

    def __init__(self, *args: Any, heartbeat: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._with_heartbeat = heartbeat
        self._stop_heartbeat = asyncio.Event()
        self._heartbeat: asyncio.Task[None] | None = None
        self._leadership: Leadership | None = None

    def run(self) -> None:
        note_flags()
        if self._with_heartbeat:
            self._leadership = leadership_from_settings(timezone.now)
        twisted_loop.call_soon(self._start)  # within the running loop: the hub and the heartbeat are its tasks
        reactor.addSystemEventTrigger("before", "shutdown", self._stop)
        super().run()

    def _start(self) -> None:
        presence_here()  # and with it the hub
        # Who breaks a rule is told which (1007, 1009), not cut off; and who is closed has the time to hear why.
        self.ws_factory.setProtocolOptions(failByDrop=False, closeHandshakeTimeout=CLOSING_SECONDS)
        self.http_factory.buildProtocol = bounded(self.http_factory.buildProtocol)
        if url := url_served(self.endpoints):
            target.serve_at(url)
        if self._with_heartbeat:
            beating = run_heartbeat(self._stop_heartbeat, leadership=self._leadership)
            self._heartbeat = asyncio.get_running_loop().create_task(beating)
        calm_garbage_collector()

    def _stop(self) -> defer.Deferred[Any]:
        last_resort = threading.Timer(SHUTDOWN_SECONDS, os._exit, [0])
        last_resort.daemon = True
        last_resort.start()
        self._stop_heartbeat.set()
        return defer.Deferred.fromFuture(asyncio.ensure_future(self._wind_up()))

    async def _wind_up(self) -> None:
        await stop_hub_here()
        if self._heartbeat is not None:
            await asyncio.gather(self._heartbeat, return_exceptions=True)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        if scope["type"] == "websocket":
            scope["extensions"] = scope.get("extensions", {}) | {EXTENSION: lambda: DaphneWriter(protocol.transport)}
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Any:
        # daphne looks up an application for every connection, also for one that has none yet.
        for details in self.connections.values():
            details.setdefault("application_instance", _nothing_running())
        return super().kill_all_applications()


def url_served(endpoints: Iterable[str]) -> str | None:
    """How this machine reaches what is served at the first of Twisted's endpoint descriptions that is TCP; None where none is."""
    for endpoint in endpoints:
        if found := re.fullmatch(r"tcp:port=(\d+)(?::interface=(.+))?", endpoint):
            return target.local_url((found[2] or "").replace("\\", ""), int(found[1]))
    return None


def note_flags() -> None:
    """What WS_FEATURE_* says at this start; where the store cannot be read, the server starts all the same."""
    try:
        note_environment(timezone.now())
    except DatabaseError as fault:
        log.warning("environment_not_noted", fault=str(fault).strip())


def _nothing_running() -> asyncio.Future[None]:
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


def serve_embedded(host: str, port: int) -> None:
    """The whole desk in this process, until it is told to stop."""
    serve(host, port, heartbeat=True)


def serve(host: str, port: int, *, heartbeat: bool) -> None:
    """Pages, REST and sockets, with or without the heartbeat beside them."""
    ThorServer(
        application=import_string(settings.ASGI_APPLICATION),
        endpoints=build_endpoint_description_strings(host=host, port=port),
        websocket_max_message_size=settings.LARGEST_FRAME_FROM_A_CLIENT,
        websocket_max_frame_size=settings.LARGEST_FRAME_FROM_A_CLIENT,
        heartbeat=heartbeat,
    ).run()
