"""How log records look: one line each, an event's name and its fields."""

from __future__ import annotations

import sys

import structlog

EACH: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=True),
    structlog.processors.format_exc_info,
]
LINE: list[structlog.typing.Processor] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=32),
]


def configure() -> None:
    structlog.configure(
        processors=[*EACH, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
