"""Tells drf-spectacular what our payload structs look like, so that /docs shows REST's real bodies."""

from __future__ import annotations

from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.plumbing import ResolvedComponent


class StructExtension(OpenApiSerializerExtension):  # type: ignore[misc] # drf-spectacular's plugin is not typed
    """A msgspec struct named as a response, or a list of them: its own JSON Schema becomes a component."""

    target_class = "msgspec.Struct"
    match_subclasses = True

    def get_name(self, *args: Any, **kwargs: Any) -> str:
        return str(self.target.__name__)

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        _, components = msgspec.json.schema_components([self.target], ref_template="#/components/schemas/{name}")
        own = components.pop(self.target.__name__)
        for name, schema in components.items():
            component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, object=name, schema=schema)
            auto_schema.registry.register_on_missing(component)
        return own


def listed(payload: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a list answer whose items are `payload` with their topic and cursor."""
    (reference,), components = msgspec.json.schema_components([payload], ref_template="#/components/schemas/{name}")
    item = components[payload.__name__]
    beside = {"topic": {"type": "string"}, "cursor": {"type": "string"}}
    properties = {**item["properties"], **beside}
    return {
        "type": "object",
        "required": ["items", "next"],
        "properties": {
            "items": {
                "type": "array",
                "items": {"type": "object", "properties": properties, "required": [*item["required"], *beside]},
            },
            "next": {"type": ["string", "null"]},
        },
    }
