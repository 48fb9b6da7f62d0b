"""How log records look: a line for people, or JSON for machines; an event's name and its fields, and never a secret."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

FORMATS = ("lines", "json")
SECRETS = frozenset({"password", "token", "secret", "authorization", "cookie", "secret_key", "csrftoken", "sessionid"})
HIDDEN = "(hidden)"


def without_secrets(_: Any, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last resort: who logs a field of such a name has made a mistake, which must not be written down."""
    for name in SECRETS.intersection(fields):
        fields[name] = HIDDEN
    return fields


def each(form: str) -> list[Processor]:
    """What happens to every record, ours and other libraries'."""
    time = structlog.processors.TimeStamper(fmt="iso" if form == "json" else "%H:%M:%S", utc=True)
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        *([structlog.stdlib.add_logger_name] if form == "json" else []),
        time,
        without_secrets,
        structlog.processors.format_exc_info,
    ]


def line(form: str) -> list[Processor]:
    """What makes a record's line of it."""
    shown: Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=32)
    )
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown]


def logging_settings(form: str, level: str) -> dict[str, Any]:
    """Django's LOGGING. Requests are told one by one to machines; people see them at LOG_LEVEL=DEBUG."""
    requests = "INFO" if form == "json" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
        "formatters": {
            "line": {
                "()": "structlog.stdlib.ProcessorFormatter",
                "processors": line(form),
                "foreign_pre_chain": each(form),
            }
        },
        "root": {"handlers": ["terminal"], "level": level},
        "loggers": {
            "daphne": {"level": "WARNING"},
            "django.channels.server": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
            **{
                name: {"level": "WARNING"} for name in ("httpx", "httpcore", "websockets")
            },  # they would tell the cookies
            "thor.requests": {"level": "DEBUG" if level == "DEBUG" else requests},
        },
    }


def configure(form: str) -> None:
    structlog.configure(
        processors=[*each(form), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
