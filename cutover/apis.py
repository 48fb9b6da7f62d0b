"""The cutover by REST: the stages for whoever is signed in, the operators' console and steps, and what browsers compared."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cutover import samples, selectors, steps
from cutover.console import history_row, mismatch_detail
from cutover.models import Mismatch, StageMove
from cutover.models.use import Caller
from cutover.polls import polls
from cutover.serializers import (
    AnswersPayload,
    ConsoleMove,
    ConsolePayload,
    HistoryRow,
    MismatchDetail,
    SamplesAnswer,
    StepSerializer,
)
from cutover.stages import CutoverError, UnknownFeature, VersionMovedOn
from cutover.use import CLIENT_HEADER, SESSION, caller_of
from identity.permissions import IsOperator
from identity.roles import reads_everything
from realtime import history
from realtime.contract import Cursor, StagesPayload, encode
from realtime.features import stream
from realtime.openapi import page_of
from realtime.rest import topic_response

PROBLEM = "application/problem+json"
MOST_ROWS = 100
BEFORE = OpenApiParameter("before", OpenApiTypes.INT, description="The `next` of the page before.")


class StagesView(APIView):
    """Where each feature stands between REST and WebSocket."""

    @extend_schema(responses={200: StagesPayload})
    def get(self, request: Request) -> Response:
        answer = topic_response(request, "stages")
        if _polls(request):
            session = str(request.session.session_key)
            polls.note(session, request.headers.get("User-Agent", ""), _cursor(answer), timezone.now())
        return answer


def _polls(request: Request) -> bool:
    """Whether it is a dashboard without a socket that asks."""
    header = request.headers.get(CLIENT_HEADER, "")
    caller = caller_of(header, reads_everything(request.user), SESSION if request.auth is None else "token")
    return caller in {Caller.TIMER, Caller.FALLBACK}


def _cursor(answer: Response) -> Cursor:
    return Cursor.parse(answer.headers["ETag"].strip('"'))


class OperatorsView(APIView):
    """For operators only."""

    permission_classes = [IsOperator]


class ConsoleView(OperatorsView):
    """Everything that the console shows, read now: it changes with the time, too, so it is never answered 304."""

    @extend_schema(responses={200: ConsolePayload})
    def get(self, request: Request) -> Response:
        return _as_it_is("console")


class AnswersView(OperatorsView):
    """Who has answered the newest stages."""

    @extend_schema(responses={200: AnswersPayload})
    def get(self, request: Request) -> Response:
        return _as_it_is("answers")


def _as_it_is(topic: str) -> Response:
    """The payload as it is now, with the cursor that the topic had before it was read."""
    cursor = history.top_of(topic)
    reading = stream(topic).rows({})[0]
    headers = {"ETag": f'"{cursor}"', "X-As-Of": encode(reading.as_of).decode().strip('"')}
    return Response(reading.payload, headers=headers)


class HistoryView(OperatorsView):
    """A feature's moves, the newest first, each with the evidence of its moment."""

    @extend_schema(responses={200: page_of(HistoryRow)}, parameters=[BEFORE])
    def get(self, request: Request, feature: str) -> Response:
        _planned(feature)
        moves = StageMove.objects.filter(feature=feature).order_by("-version")
        before = _before(request)
        page = list(moves.filter(version__lt=before) if before else moves)[: MOST_ROWS + 1]
        return _page([history_row(move) for move in page], [move.version for move in page], request)


class MismatchesView(OperatorsView):
    """Every difference that was kept, the newest first, with both payloads."""

    FEATURE = OpenApiParameter("feature", OpenApiTypes.STR, description="Of this feature only.")

    @extend_schema(responses={200: page_of(MismatchDetail)}, parameters=[FEATURE, BEFORE])
    def get(self, request: Request) -> Response:
        rows = Mismatch.objects.order_by("-pk")
        if feature := request.query_params.get("feature"):
            rows = rows.filter(feature=_planned(feature))
        before = _before(request)
        page = list((rows.filter(pk__lt=before) if before else rows)[: MOST_ROWS + 1])
        return _page([mismatch_detail(row) for row in page], [row.pk for row in page], request)


def _planned(feature: str) -> str:
    try:
        return selectors.plan_of(feature).feature
    except UnknownFeature as fault:
        raise Http404(str(fault)) from None


def _before(request: Request) -> int | None:
    text = request.query_params.get("before", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValidationError({"before": f"a whole number, not {text[:40]!r}"})
    return int(text)


def _page(rows: list[Any], places: list[int], request: Request) -> Response:
    """At most MOST_ROWS of them; `next` leads on where there are more."""
    if len(rows) <= MOST_ROWS:
        return Response({"items": rows, "next": None})
    query = request._request.GET.copy()
    query["before"] = str(places[MOST_ROWS - 1])
    return Response({"items": rows[:MOST_ROWS], "next": f"{request.path}?{query.urlencode()}"})


class StepView(OperatorsView):
    """One step of a feature, by an operator who says why and which version he looked at."""

    step = ""

    @extend_schema(request=StepSerializer, responses={200: ConsoleMove})
    def post(self, request: Request, feature: str) -> Response:
        wish = StepSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        _planned(feature)
        try:
            by, at = request.user.get_username(), timezone.now()
            return Response(steps.take(self.step, feature, by, wish.validated_data, at))
        except VersionMovedOn as fault:
            return _refused(409, "Conflict", str(fault))
        except CutoverError as fault:
            return _refused(422, "Unprocessable Content", str(fault), steps.lacking(fault))


def _refused(status: int, title: str, detail: str, lines: list[Any] | None = None) -> Response:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return Response(body if lines is None else body | {"lines": lines}, status=status, content_type=PROBLEM)


class SamplesView(APIView):
    """What a browser held of one cursor from both transports; the comparison is made here."""

    permission_classes = [IsAuthenticated]

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: SamplesAnswer})
    def post(self, request: Request) -> Response:
        wait = samples.wait_of(str(request.user.pk))
        if wait:
            raise Throttled(wait)
        try:
            given = samples.parse(request._request.body)
            return Response(samples.take(given, request.user, timezone.now()))
        except samples.UnusableSamples as fault:
            raise ValidationError({"samples": str(fault)}) from None
        except samples.NotYours as fault:
            raise Http404(str(fault)) from None
