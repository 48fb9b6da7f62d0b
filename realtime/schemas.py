"""JSON Schemas of the structs that travel, as the encoder really writes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

REF = "#/components/schemas/{name}"


def schemas_of(structs: Iterable[type[msgspec.Struct]]) -> dict[str, Any]:
    """By name: a schema of each struct and of those that it holds."""
    _, components = msgspec.json.schema_components(list(structs), ref_template=REF)
    sent: dict[str, Any] = _as_sent(components)
    return sent


def _as_sent(schema: Any) -> Any:
    """A schema in which Decimals are what the encoder makes of them: numbers."""
    if isinstance(schema, list):
        return [_as_sent(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {"type": "number"}
    return {name: _as_sent(part) for name, part in schema.items()}
