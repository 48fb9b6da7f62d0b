"""`GET /asyncapi.yaml`, `/docs/` and `/redoc/`: what the desk can be asked and told, described for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularRedocView, SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from realtime.asyncapi import asyncapi
from realtime.features import features
from realtime.rest import MsgspecRenderer
from thor_project.content_policy import REDOC_SCROLLBAR, with_nonce

READING = ["get", "head"]


@cache
def description() -> bytes:
    """Of the socket, as `manage.py export_contract` writes it to docs/asyncapi.yaml: an image has no docs."""
    return asyncapi(features(), settings.VERSION).encode()


class YamlRenderer(MsgspecRenderer):
    """YAML as it was written; what is not text yet is a problem, and JSON."""

    media_type = "application/yaml"
    format = "yaml"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return data if isinstance(data, bytes) else super().render(data, accepted_media_type, renderer_context)


class AsyncApiView(APIView):
    """The socket's description, for whom the paths' is."""

    permission_classes = [AllowAny]
    renderer_classes = [YamlRenderer]
    http_method_names = READING

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(description())


def page_of(view: type[APIView], template: str, *styles: str) -> Any:
    """A page of the API's description: there is nothing to ask of it but to be read."""
    page = view.as_view(url_name="schema", template_name=f"operations/{template}.html", http_method_names=READING)
    return with_nonce(page, *styles)


swagger = page_of(SpectacularSwaggerView, "swagger")
redoc = page_of(SpectacularRedocView, "redoc", *REDOC_SCROLLBAR)
