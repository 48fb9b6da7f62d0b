"""Describes the socket as an AsyncAPI 3 document, from the same structs as the TypeScript."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import yaml

from realtime import codes, contract
from realtime.features import Feature
from realtime.schemas import REF, schemas_of
from realtime.typescript import messages_of, streams_of

Json = dict[str, Any]
COMMENT = "# Written by `manage.py export_contract`: do not edit.\n"
SAID = (contract.Subscribe, contract.Unsubscribe, contract.Ping, contract.StagesAck)
DESCRIPTION = "One JSON object per text frame; docs/protocol.md says in words what is described here."


def asyncapi(features: Sequence[Feature], version: str) -> str:
    """The whole of asyncapi.yaml."""
    return COMMENT + yaml.safe_dump(_document(features, version), sort_keys=False, allow_unicode=True, width=120)


def _document(features: Sequence[Feature], version: str) -> Json:
    told = messages_of(features)
    said = {_tag_of(struct): struct for struct in SAID}
    messages = {f"server.{name}": _told(name, payload, features) for name, payload in told.items()}
    messages |= {f"client.{name}": {"name": name, "payload": _ref(struct)} for name, struct in said.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Thor", "version": version, "description": DESCRIPTION},
        "channels": {
            "live": {
                "address": "/ws/",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "x-close-codes": [
                    {"code": int(code), "name": code.name.lower(), "final": code.is_final} for code in codes.CloseCode
                ],
                "x-error-codes": [code.value for code in codes.ErrorCode],
            }
        },
        "operations": {"tell": _operation("send", "server", told), "hear": _operation("receive", "client", said)},
        "components": {"messages": messages, "schemas": schemas_of([*told.values(), *SAID, contract.Frame])},
    }


def _told(name: str, payload: type[msgspec.Struct], features: Sequence[Feature]) -> Json:
    topics = {stream.topic: stream.delivery.value for _, stream in streams_of(features) if stream.message == name}
    frame = {
        "allOf": [
            _ref(contract.Frame),
            {"type": "object", "properties": {"type": {"const": name}, "data": _ref(payload)}},
        ]
    }
    return {"name": name, "payload": frame, **({"x-topics": topics} if topics else {})}


def _operation(action: str, side: str, messages: dict[str, Any]) -> Json:
    references = [{"$ref": f"#/channels/live/messages/{side}.{name}"} for name in messages]
    return {"action": action, "channel": {"$ref": "#/channels/live"}, "messages": references}


def _ref(struct: type[msgspec.Struct]) -> Json:
    return {"$ref": REF.format(name=struct.__name__)}


def _tag_of(struct: type[msgspec.Struct]) -> str:
    return str(struct.__struct_config__.tag)
