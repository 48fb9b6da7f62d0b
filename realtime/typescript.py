"""Writes the contract as TypeScript: an interface for each struct that travels, and the union of all frames."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Any

import msgspec
from msgspec import inspect

from realtime import codes, contract
from realtime.features import Feature, Stream

HEADER = """\
/** What travels on the socket, as realtime/contract.py declares it. Written by `manage.py export_contract`: do not edit. */
"""
DELIVERY = 'export type Delivery = "STATE" | "EVENT" | "VOLATILE";\n'
SIMPLE: dict[type[inspect.Type], str] = {
    inspect.AnyType: "unknown",
    inspect.NoneType: "null",
    inspect.BoolType: "boolean",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.DecimalType: "number",
    inspect.StrType: "string",
    inspect.DateTimeType: "string",
    inspect.DateType: "string",
}

Struct = type[msgspec.Struct]


class CannotBeWritten(Exception):
    """A struct that travels has a field, or a name, that TypeScript's side of the contract has no words for."""


def streams_of(features: Iterable[Feature]) -> list[tuple[Feature, Stream]]:
    """Every stream with its feature, in an order that does not hang on who was declared first."""
    pairs = [(feature, stream) for feature in features for stream in feature.streams]
    return sorted(pairs, key=lambda pair: (pair[0].name, pair[1].topic))


def messages_of(features: Iterable[Feature]) -> dict[str, Struct]:
    """Each message type that the server sends, and its payload; CannotBeWritten where one type has two payloads."""
    messages: dict[str, Struct] = {}
    for _, stream in streams_of(features):
        if messages.setdefault(stream.message, stream.payload) is not stream.payload:
            raise CannotBeWritten(f"message {stream.message!r} has two payloads")
    return messages | contract.CONTROL


def typescript(features: Sequence[Feature]) -> str:
    """The whole of contract.gen.ts."""
    messages = messages_of(features)
    parts = [
        HEADER,
        f"export const PROTOCOL = {contract.PROTOCOL};\n",
        _constants("CLOSE_CODES", codes.CloseCode) + f"export const FIRST_FINAL = {codes.FIRST_FINAL};\n",
        _constants("CODES", codes.ErrorCode),
        DELIVERY,
        _streams(features),
        *(interface(struct) for struct in _with_nested(messages.values())),
        _envelope(),
        _union(messages),
    ]
    return "\n".join(parts)


def interface(struct: Struct) -> str:
    """A struct as an interface; every field is there in every message."""
    fields = [f"  {field.encode_name}: {written(field.type)};\n" for field in _fields(struct)]
    return f"export interface {struct.__name__} {{\n{''.join(fields)}}}\n"


def written(kind: inspect.Type) -> str:
    """A type as TypeScript has it; CannotBeWritten where it has none."""
    if type(kind) in SIMPLE:
        return SIMPLE[type(kind)]
    if isinstance(kind, inspect.StructType):
        return str(kind.cls.__name__)
    if isinstance(kind, inspect.LiteralType):
        return " | ".join(json.dumps(value) for value in kind.values)
    if isinstance(kind, inspect.ListType | inspect.VarTupleType):
        item = written(kind.item_type)
        return f"({item})[]" if " " in item else f"{item}[]"
    if isinstance(kind, inspect.DictType):
        return f"Record<string, {written(kind.value_type)}>"
    if isinstance(kind, inspect.UnionType):
        return " | ".join(sorted((written(one) for one in kind.types), key=lambda name: name == "null"))
    raise CannotBeWritten(f"no TypeScript for {kind}")


def _constants(name: str, values: type[Enum]) -> str:
    rows = [f"  {member.name}: {json.dumps(member.value)},\n" for member in values]
    return f"export const {name} = {{\n{''.join(rows)}}} as const;\n"


def _streams(features: Iterable[Feature]) -> str:
    rows = [
        f'  {{ feature: "{feature.name}", type: "{stream.message}", topic: "{stream.topic}", '
        f'delivery: "{stream.delivery.value}" }},\n'
        for feature, stream in streams_of(features)
    ]
    return f"export const STREAMS = [\n{''.join(rows)}] as const;\n"


def _envelope() -> str:
    beside = [field for field in _fields(contract.Frame) if field.encode_name not in {"type", "data"}]
    rows = [f"  {field.encode_name}?: {written(field.type).removesuffix(' | null')};\n" for field in beside]
    return f"export interface Envelope {{\n{''.join(rows)}}}\n"


def _union(messages: dict[str, Struct]) -> str:
    rows = [f'  | (Envelope & {{ type: "{name}"; data: {payload.__name__} }})' for name, payload in messages.items()]
    return "export type ServerFrame =\n" + "\n".join(rows) + ";\n"


def _fields(struct: Struct) -> Sequence[inspect.Field]:
    kind = inspect.type_info(struct)
    assert isinstance(kind, inspect.StructType)  # noqa: S101 - what type_info gives for a struct
    return kind.fields


def _with_nested(structs: Iterable[Struct]) -> list[Struct]:
    """The structs, each after those that it holds, and each once."""
    found: dict[str, Struct] = {}
    for struct in structs:
        for one in _inside(struct):
            if found.setdefault(one.__name__, one) is not one:
                raise CannotBeWritten(f"two structs are called {one.__name__}")
    return list(found.values())


def _inside(struct: Struct) -> Iterator[Struct]:
    for field in _fields(struct):
        for held in _held(field.type):
            yield from _inside(held)
    yield struct


def _held(kind: Any) -> Iterator[Struct]:
    if isinstance(kind, inspect.StructType):
        yield kind.cls
    for inner in (getattr(kind, "item_type", None), getattr(kind, "value_type", None), *getattr(kind, "types", ())):
        if inner is not None:
            yield from _held(inner)
