"""Counts the errors that the socket code logs in this process, whatever becomes of the log."""

from __future__ import annotations

import logging

from realtime.counts import Counts, counts


class CountErrors(logging.Handler):
    """Takes part in no output. Several threads may log: a handler takes one record at a time."""

    def __init__(self, counted: Counts = counts) -> None:
        super().__init__(logging.ERROR)
        self._counts = counted

    def emit(self, record: logging.LogRecord) -> None:
        self._counts.errors += 1


def count_errors(logger: str = "realtime") -> None:
    """From now on, those of this logger and of all below it; once, however often it is called."""
    watched = logging.getLogger(logger)
    if not any(isinstance(handler, CountErrors) for handler in watched.handlers):
        watched.addHandler(CountErrors())
