"""What a feature's stage means for its REST path: whose path it is, what its headers say, who is told that it is gone; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from cutover.models.use import Caller
from cutover.plans import Plan
from cutover.stages import Stage

SUNSET_AFTER = timedelta(days=14)
"""After it entered sunset a feature's REST is planned to be turned off, where nobody named a date."""
TURNING_OFF = frozenset({Stage.SUNSET, Stage.RETIRED})
DOCS, SOCKET = "/docs/", "/ws/"


@dataclass(frozen=True, slots=True)
class RestStage:
    """Where a feature's REST stands: since when it is in this stage, and when it is planned to end (wall time)."""

    feature: str
    stage: Stage
    entered_at: datetime | None = None
    sunset_at: datetime | None = None


class Paths:
    """Finds the feature that a REST path belongs to."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._patterns = [
            (pattern_of(template), plan.feature)
            for plan in plans
            for template in dict.fromkeys((plan.rest, *plan.other_rest.values()))
        ]

    def feature_of(self, path: str) -> str | None:
        return next((feature for pattern, feature in self._patterns if pattern.fullmatch(path)), None)


def pattern_of(template: str) -> re.Pattern[str]:
    """A plan's path, without its query: a field is whatever stands between two slashes."""
    parts = re.split(r"\{\w+\}", template.partition("?")[0])
    return re.compile("[^/]+".join(map(re.escape, parts)))


def headers(stage: RestStage) -> Mapping[str, str]:
    """`Deprecation` (RFC 9745: since when), `Sunset` (RFC 8594: until when) and where to go; none before sunset."""
    if stage.stage not in TURNING_OFF:
        return {}
    links = f'<{DOCS}>; rel="deprecation"; type="text/html", <{SOCKET}>; rel="successor-version"'
    if stage.entered_at is None:
        return {"Link": links}
    ends_at = stage.sunset_at or stage.entered_at + SUNSET_AFTER
    return {
        "Deprecation": f"@{int(stage.entered_at.timestamp())}",
        "Sunset": format_datetime(ends_at.astimezone(UTC), usegmt=True),
        "Link": links,
    }


def is_gone(stage: RestStage, caller: Caller) -> bool:
    """Whether this caller is told 410: programs, of what is retired; never the probe or a dashboard."""
    return stage.stage is Stage.RETIRED and caller is Caller.PROGRAM


def gone(feature: str, topics: Iterable[str]) -> dict[str, object]:
    """The problem (RFC 9457) that says where the data is now."""
    named = ", ".join(topics)
    return {
        "type": "about:blank",
        "title": "Gone",
        "status": 410,
        "detail": f"{feature} is no longer answered by REST. Subscribe to {named} on the socket {SOCKET}; {DOCS} says how.",
        "topics": list(topics),
        "socket": SOCKET,
        "docs": DOCS,
    }
