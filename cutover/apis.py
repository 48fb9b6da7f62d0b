"""The stages by REST, for clients that poll."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from realtime.contract import StagesPayload
from realtime.rest import topic_response


class StagesView(APIView):
    """Where each feature stands between REST and WebSocket."""

    @extend_schema(responses={200: StagesPayload})
    def get(self, request: Request) -> Response:
        return topic_response(request, "stages")
