"""Tells drf-spectacular what our payload structs look like, so that /docs shows REST's real bodies."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiResponse

from realtime.schemas import schemas_of


class StructExtension(OpenApiSerializerExtension):  # type: ignore[no-untyped-call] # drf-spectacular's is not typed
    """A msgspec struct named as a response, or a list of them: its own JSON Schema becomes a component."""

    target_class = "msgspec.Struct"
    match_subclasses = True

    def get_name(self, *args: Any, **kwargs: Any) -> str:
        return str(self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        components = schemas_of([self.target])
        own = components.pop(self.target.__name__)
        for name, schema in components.items():
            component = ResolvedComponent(  # type: ignore[no-untyped-call]
                name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema
            )
            auto_schema.registry.register_on_missing(component)
        return own


def topical(payload: type[msgspec.Struct]) -> dict[int, Any]:
    """The answers of a path whose body is a topic's payload (`realtime.rest.topic_response`)."""
    return {
        200: payload,
        204: OpenApiResponse(description="It is yours to read, and nothing was recorded yet."),
        304: OpenApiResponse(description="Nothing is newer than what If-None-Match names."),
    }


def listed(payload: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a list answer whose items are `payload` with their topic and cursor."""
    item = _own_schema(payload)
    beside = {"topic": {"type": "string"}, "cursor": {"type": "string"}}
    return _list_of(item | {"properties": item["properties"] | beside, "required": [*item["required"], *beside]})


def listed_plain(payload: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a list answer whose items are `payload` and no more."""
    return _list_of(_own_schema(payload))


def page_of(payload: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """What describes a list answer whose items are `payload`, which may hold structs of its own."""
    fields: list[tuple[str, Any]] = [("items", list[payload]), ("next", str | None)]  # type: ignore[valid-type]
    return msgspec.defstruct(f"{payload.__name__}Page", fields)


def _own_schema(payload: type[msgspec.Struct]) -> dict[str, Any]:
    own: dict[str, Any] = schemas_of([payload])[payload.__name__]
    return own


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {"items": {"type": "array", "items": item}, "next": {"type": ["string", "null"]}},
    }
