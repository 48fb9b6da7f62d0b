"""Gives a request's database connections back when it ends: under ASGI each request has a thread of its own."""

from __future__ import annotations

from typing import Any

from django.core.signals import request_finished
from django.db import connections


def give_back(**_: Any) -> None:
    """Close this thread's connections. Kept, nobody would use them again: a hundred requests took PostgreSQL's hundred."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def watch_requests() -> None:
    """The sockets' reads and the jobs have threads that stay, and connections that stay with them."""
    request_finished.connect(give_back, dispatch_uid="give_back")
