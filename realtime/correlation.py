"""Which request what happens now was asked for by: its id goes into log lines, and into the messages that it publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from structlog.contextvars import bound_contextvars

LARGEST = 64
_FORM = re.compile(rf"[A-Za-z0-9._-]{{1,{LARGEST}}}", re.ASCII)

current: ContextVar[str] = ContextVar("correlation_id", default="")
"""Empty where nobody asked: a job, a command."""


def accepted(given: str) -> str:
    """The id that a caller gave, or a new one where it gave none that may be written down."""
    return given if _FORM.fullmatch(given) else uuid4().hex


@contextmanager
def correlated(identifier: str) -> Iterator[None]:
    """For as long as the block lasts; threads that asgiref starts for it know the id, too."""
    before = current.set(identifier)
    try:
        with bound_contextvars(correlation_id=identifier):
            yield
    finally:
        current.reset(before)
