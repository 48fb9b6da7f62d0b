"""Django's middleware for features whose REST is on its way out: it says so, counts who calls, and answers 410 at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from cutover import use
from cutover.models import StageRecord
from cutover.models.use import Caller
from cutover.plans import plans
from cutover.rest_stages import Paths, RestStage, gone, headers, is_gone
from cutover.selectors import stages_now
from cutover.stages import Stage
from identity.roles import reads_everything
from realtime.features import registry

log = structlog.get_logger(__name__)

KNOWN_FOR_SECONDS = 0.5
"""So long a process goes by what it read; with a request's own time, a stage that moved is obeyed within a second."""
READING = frozenset({"GET", "HEAD"})


class Known:
    """The stages as this process last read them. One request at a time asks the store; the others go by what is known."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._rows: dict[str, RestStage] = {}
        self._read_at: float | None = None

    def of(self, feature: str) -> RestStage:
        """Where its REST stands; without a word from the store ever, open."""
        if self._is_old and self._lock.acquire(blocking=self._read_at is None):
            try:
                if self._is_old:
                    self._rows = read_rest_stages(self._rows)
                    self._read_at = self._clock()
            finally:
                self._lock.release()
        return self._rows.get(feature, RestStage(feature, Stage.SHADOW))

    @property
    def _is_old(self) -> bool:
        return self._read_at is None or self._clock() - self._read_at >= KNOWN_FOR_SECONDS


def read_rest_stages(before: dict[str, RestStage]) -> dict[str, RestStage]:
    """By feature. What was known before fills in for dates that cannot be read."""
    rows = {row.feature: Stage(row.stage) for row in stages_now().stages}
    try:
        dates = {record.feature: record for record in StageRecord.objects.filter(feature__in=rows)}
    except Error:
        return {
            feature: RestStage(feature, stage, before[feature].entered_at, before[feature].sunset_at)
            if feature in before
            else RestStage(feature, stage)
            for feature, stage in rows.items()
        }
    return {
        feature: RestStage(feature, stage, dates[feature].entered_at, dates[feature].sunset_at)
        if feature in dates
        else RestStage(feature, stage)
        for feature, stage in rows.items()
    }


class RestByStage:
    """After the view has said who asks and whether it is his to read: strangers learn nothing of stages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        self._paths = Paths(plans())
        self._known = Known()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        feature = self._paths.feature_of(request.path)
        if feature is None or request.method not in READING or response.status_code >= 400:
            return response
        return self._by_stage(request, response, feature)

    def _by_stage(self, request: HttpRequest, response: HttpResponseBase, feature: str) -> HttpResponseBase:
        stage, caller = self._known.of(feature), caller_of(request)
        if is_gone(stage, caller):
            body = gone(feature, topics_of(feature))
            response = JsonResponse(body, status=410, content_type="application/problem+json")
        for name, value in headers(stage).items():
            response[name] = value
        count(request, feature, caller)
        return response


def caller_of(request: HttpRequest) -> Caller:
    """Who calls, as the view found out: Django REST framework leaves its user and his credential on the request."""
    header = request.headers.get(use.CLIENT_HEADER, "")
    return use.caller_of(header, reads_everything(request.user), credential_of(request))


def credential_of(request: HttpRequest) -> str:
    token = getattr(request, "auth", None)
    return use.SESSION if token is None else f"token {getattr(token, 'name', '')}"[: use.LONGEST_CREDENTIAL]


def count(request: HttpRequest, feature: str, caller: Caller) -> None:
    """What cannot be counted spoils no answer."""
    user: Any = request.user
    agent = request.headers.get("User-Agent", "").replace("\x00", "")[: use.LONGEST_AGENT]
    try:
        at = use.market_time(timezone.now())
        who = (user.pk or 0, user.get_username(), credential_of(request), agent)
        use.note(use.Call(feature, at.date(), caller, *who), at, time.monotonic())
    except Exception as fault:  # noqa: BLE001 - whatever is wrong with the count, the answer was good
        log.warning("call_not_counted", feature=feature, fault=repr(fault))


def topics_of(feature: str) -> list[str]:
    """The templates of its topics."""
    return [stream.topic for one in registry if one.name == feature for stream in one.streams]
