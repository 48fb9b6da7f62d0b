"""The only reader of the environment: every variable is declared here, with its type, default and meaning."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from thor_project.checks import production_faults

ROOT = Path(__file__).resolve().parent.parent
Kind = Literal["text", "flag", "whole number", "list"]
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
FLAG_PREFIX = "WS_FEATURE_"


class EnvironmentFault(Exception):
    """The environment holds values that cannot be used: mend the variables that the message names."""


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    kind: Kind
    default: str
    meaning: str
    least: int = 0
    most: int | None = None
    """Bounds of a whole number."""
    among: tuple[str, ...] = ()
    """All that a text may be, where that is few."""


VARIABLES = (
    Variable("SECRET_KEY", "text", "", "Django's secret; unset, one is made and kept in var/secret-key"),
    Variable(
        "SECRET_KEYS_BEFORE", "list", "", "secrets of before, which sessions still may come with while they change"
    ),
    Variable("PRODUCTION", "flag", "false", "refuse to start with what is for development only (docs/security.md)"),
    Variable("TLS", "flag", "false", "pages are read by https (a proxy ends TLS): cookies go by nothing else"),
    Variable("DEBUG", "flag", "false", "Django's debug pages; never in production"),
    Variable("ALLOWED_HOSTS", "list", "127.0.0.1,localhost,[::1]", "host names that the server answers to"),
    Variable("HOST", "text", "127.0.0.1", "address that the embedded server binds to"),
    Variable("PORT", "whole number", "8000", "port of the embedded server"),
    Variable("DATABASE_URL", "text", "", "postgres://… or sqlite:///…; unset, SQLite in var/"),
    Variable("REDIS_URL", "text", "", "redis://… for the Channels layer; unset, the layer is in memory"),
    Variable(
        "METRICS_TOKEN",
        "text",
        "",
        "what Prometheus sends as its Bearer token; unset, /metrics is for the signed-in only",
    ),
    Variable(
        "METRICS_PORT",
        "whole number",
        "0",
        "port where a web or heartbeat process shows its metrics, and whether it ticks; 0: nowhere",
    ),
    Variable("FEED", "text", "simulated", "market data: simulated, or replay (which REPLAY chooses by itself)"),
    Variable("FEED_SEED", "whole number", "7", "seed of the simulated feed: the same seed draws the same prices"),
    Variable("WATCHLIST", "list", "SPY,AAPL,TSLA", "symbols that the feed subscribes and the desk shows"),
    Variable("REPLAY", "text", "", "recorded bars to play: a CSV file (.gz too), or sample"),
    Variable("SPEED", "text", "60", "pace of the replay: 60 plays an hour in a minute; max does not wait"),
    Variable("KEEP", "flag", "false", "play the replay into its database of last time instead of a fresh one"),
    Variable("BROKER", "text", "paper", "where accounts are: paper"),
    Variable("EMBEDDED_USER", "text", "operator", "user whom the embedded desk makes and signs in"),
    Variable(
        "SLOW_CLIENT_SECONDS", "whole number", "10", "how long a socket's client may read nothing before it is closed"
    ),
    Variable(
        "JOBS_EXECUTOR",
        "text",
        "thread",
        "where jobs run: thread, in the heartbeat's process, or celery, by workers",
        among=("thread", "celery"),
    ),
    Variable("CELERY_BROKER_URL", "text", "", "redis://… for Celery's messages; unset, REDIS_URL"),
    Variable(
        "TEMPO",
        "whole number",
        "1",
        "how many times faster than declared the jobs run (1 to 100): for rehearsals on a replay, and for tests",
        least=1,
        most=100,
    ),
    Variable("SOCKETS_PER_USER", "whole number", "20", "how many sockets one user may have open in one server process"),
    Variable(
        "LOG_FORMAT",
        "text",
        "lines",
        "how log records look: lines, for people, or json, for machines",
        among=("lines", "json"),
    ),
    Variable(
        "REQUESTS_AT_ONCE",
        "whole number",
        "16",
        "how many requests a server process works on at a time, each with a database connection; the others wait",
        least=1,
    ),
    Variable(
        "REQUESTS_PER_MINUTE",
        "whole number",
        "3000",
        "how many requests one user may make of one server process; one address, five times as many",
    ),
    Variable(
        "PROXIES", "whole number", "0", "how many proxies stand before the server and add to X-Forwarded-For; 0: none"
    ),
    Variable(
        "PROBE_URL",
        "text",
        "",
        "where the cutover's probe reaches a web server: scheme, host, port; unset, this machine's HOST and PORT",
    ),
    Variable("LOG_LEVEL", "text", "INFO", "lowest level that is logged"),
)


def read(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Every declared variable, typed; one EnvironmentFault that lists all faults."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    for variable in VARIABLES:
        try:
            values[variable.name] = parse(variable, environ.get(variable.name) or variable.default)
        except ValueError as fault:
            faults.append(str(fault))
    values["WS_FEATURES"] = _flags(environ, faults)
    faults.extend(_contradictions(values))
    faults.extend(production_faults(values))
    if faults:
        raise EnvironmentFault("; ".join(faults))
    return values


def parse(variable: Variable, raw: str) -> Any:
    """The value of one variable; ValueError names the variable and what it takes."""
    text = raw.strip()
    if variable.kind == "flag":
        return _flag(variable.name, text)
    if variable.kind == "whole number":
        return _whole_number(variable, text)
    if variable.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    if variable.among and text not in variable.among:
        raise ValueError(f"{variable.name}={text!r} is none of {', '.join(variable.among)}")
    return text


def _contradictions(values: Mapping[str, Any]) -> Iterator[str]:
    """Values that are well alone and not together."""
    if values.get("JOBS_EXECUTOR") == "celery":
        if not (values["CELERY_BROKER_URL"] or values["REDIS_URL"]):
            yield "JOBS_EXECUTOR=celery needs CELERY_BROKER_URL or REDIS_URL"
        if values["REPLAY"]:
            yield "JOBS_EXECUTOR=celery and REPLAY exclude each other: a replay's clock is in one process"


def _whole_number(variable: Variable, text: str) -> int:
    if not text.isdigit():
        raise ValueError(f"{variable.name}={text!r} is not a whole number")
    number = int(text)
    if number < variable.least:
        raise ValueError(f"{variable.name}={number} is less than {variable.least}")
    if variable.most is not None and number > variable.most:
        raise ValueError(f"{variable.name}={number} is more than {variable.most}")
    return number


def _flag(name: str, text: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise ValueError(f"{name}={text!r} is neither true nor false")


def _flags(environ: Mapping[str, str], faults: list[str]) -> dict[str, bool]:
    """The WS_FEATURE_* variables that are set: the flag's name and its value."""
    found: dict[str, bool] = {}
    for name in sorted(environ):
        if name.startswith(FLAG_PREFIX) and environ[name].strip():
            try:
                found[name] = _flag(name, environ[name].strip())
            except ValueError as fault:
                faults.append(str(fault))
    return found


def secret_key(given: str, folder: Path = ROOT / "var") -> str:
    """The secret that was given, or one of this machine's own, made once and kept readable by its owner only."""
    if given:
        return given
    path = folder / "secret-key"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        made = secrets.token_urlsafe(48)
        file.write(made)
    return made
