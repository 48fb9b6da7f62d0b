"""What the contract says, the frontend's types, the AsyncAPI description and docs/protocol.md say too."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from realtime import contract
from realtime.asyncapi import asyncapi
from realtime.codes import CloseCode, ErrorCode
from realtime.features import features
from realtime.tests.test_features import make_feature, make_stream
from realtime.typescript import CannotBeWritten, interface, messages_of, typescript, written

PROTOCOL = (Path(settings.BASE_DIR) / "docs" / "protocol.md").read_text()


class Row(msgspec.Struct):
    name: str


class Everything(msgspec.Struct):
    rows: Sequence[Row]
    pair: tuple[int, ...]
    by_name: Mapping[str, Row]
    price: Decimal
    ratio: float
    at: datetime
    on: date
    is_open: bool
    side: Literal["buy", "sell"]
    sides: list[Literal["buy", "sell"]]
    maybe: Row | None
    none_first: str | None
    anything: Any


class Clash(msgspec.Struct):
    rows: list[msgspec.defstruct("Row", [("other", str)])]  # type: ignore[valid-type]


class Odd(msgspec.Struct):
    raw: bytes


def table(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading of docs/protocol.md, without its two head lines."""
    part = PROTOCOL.split(f"{heading}\n", 1)[1]
    lines = part[part.index("|") :].splitlines()
    rows = list(takewhile(lambda line: line.startswith("|"), lines))
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def named(text: str) -> list[str]:
    """The names in a list of the document's: `a, b[c, d], e{f: g} (why)` names a, b and e."""
    flat = re.sub(r"\([^)]*\)|\[[^]]*\]|\{[^}]*\}", "", text)
    return [name.strip() for name in flat.split(",")]


def fields_of(struct: type[msgspec.Struct]) -> list[str]:
    return list(struct.__struct_encode_fields__)


# The files.


def test_the_files_are_as_the_code_has_them():
    call_command("export_contract", "--check", stdout=StringIO())


def test_export_writes_and_check_complains(tmp_path):
    with pytest.raises(CommandError, match=r"contract\.gen\.ts, docs/asyncapi\.yaml: not as the code has it"):
        call_command("export_contract", "--check", "--into", str(tmp_path))
    assert list(tmp_path.iterdir()) == []
    out = StringIO()
    call_command("export_contract", "--into", str(tmp_path), stdout=out)
    call_command("export_contract", "--into", str(tmp_path), "--check", stdout=out)
    assert out.getvalue().splitlines() == [
        "written: frontend/src/services/contract.gen.ts, docs/asyncapi.yaml",
        "as the code has it",
    ]
    (tmp_path / "docs" / "asyncapi.yaml").write_text("asyncapi: 2.0.0\n")
    with pytest.raises(CommandError, match=r"^docs/asyncapi\.yaml: "):
        call_command("export_contract", "--check", "--into", str(tmp_path))


# TypeScript.


def test_every_kind_of_field_is_written():
    assert interface(Everything).splitlines() == [
        "export interface Everything {",
        "  rows: Row[];",
        "  pair: number[];",
        "  by_name: Record<string, Row>;",
        "  price: number;",
        "  ratio: number;",
        "  at: string;",
        "  on: string;",
        "  is_open: boolean;",
        '  side: "buy" | "sell";',
        '  sides: ("buy" | "sell")[];',
        "  maybe: Row | null;",
        "  none_first: string | null;",
        "  anything: unknown;",
        "}",
    ]


def test_a_field_without_words_is_refused():
    with pytest.raises(CannotBeWritten, match="BytesType"):
        interface(Odd)
    assert written(msgspec.inspect.type_info(int)) == "number"


def test_a_feature_is_written_whatever_was_declared_first():
    one = make_feature("one", make_stream("one", "one.{mic}", message="news", payload=Everything))
    two = make_feature("two", make_stream("two", "two", message="news", payload=Everything))
    text = typescript([two, one])
    assert text == typescript([one, two])
    assert '{ feature: "one", type: "news", topic: "one.{mic}", delivery: "EVENT" },\n' in text
    assert text.index("export interface Row {") < text.index("export interface Everything {")
    assert text.count("export interface Everything {") == 1
    assert '  | (Envelope & { type: "news"; data: Everything })\n' in text
    assert text.endswith(";\n")


def test_names_that_mean_two_things_are_refused():
    with pytest.raises(CannotBeWritten, match="two structs are called Row"):
        typescript(
            [
                make_feature(
                    "one", make_stream(payload=Everything), make_stream("two", "two", message="b", payload=Clash)
                )
            ]
        )
    with pytest.raises(CannotBeWritten, match="'bar' has two payloads"):
        messages_of([make_feature("one", make_stream(), make_stream("two", "two", payload=Row))])


# AsyncAPI.


def test_every_reference_of_the_description_leads_somewhere():
    document = yaml.safe_load(asyncapi(features(), "1"))
    for reference in set(re.findall(r"\$ref: '?#/([^'\n]+)", asyncapi(features(), "1"))):
        at = document
        for step in reference.split("/"):
            at = at[step]
    assert set(document["components"]["messages"]) >= {"server.welcome", "client.subscribe"}


def test_decimals_are_described_as_numbers():
    document = yaml.safe_load(asyncapi([make_feature("one", make_stream(payload=Everything))], "1"))
    assert document["components"]["schemas"]["Everything"]["properties"]["price"] == {"type": "number"}
    assert "format: decimal" not in asyncapi(features(), "1")


# docs/protocol.md.


def test_the_documents_topics_are_the_declared_ones():
    declared = {
        f"`{stream.topic}`": [f"`{stream.message}`", stream.delivery.value]
        for feature in features()
        for stream in feature.streams
    }
    assert {row[0]: row[1:3] for row in table("### Topics")} == declared


def test_the_documents_payloads_have_the_declared_fields():
    payloads = {stream.topic: stream.payload for feature in features() for stream in feature.streams}
    for topic, _, _, fields in table("### Topics"):
        if not fields.startswith("the same"):
            assert named(fields) == fields_of(payloads[topic.strip("`")]), topic


def test_the_documents_control_frames_are_the_declared_ones():
    rows = table("### From the server, beside the topics")
    assert {row[0].strip("`"): named(row[1]) for row in rows} == {
        name: fields_of(payload) for name, payload in contract.CONTROL.items()
    }


def test_the_documents_client_frames_are_the_declared_ones():
    said = {row[0].strip("`"): [row[1].split(":")[0]] for row in table("### To the server")}
    structs = (contract.Subscribe, contract.Unsubscribe, contract.Ping, contract.StagesAck)
    assert said == {struct.__struct_config__.tag: fields_of(struct) for struct in structs}


def test_the_documents_frame_has_the_declared_fields():
    assert [row[0].strip("`") for row in table("## The socket")] == fields_of(contract.Frame)


def test_the_documents_codes_are_the_declared_ones():
    assert [row[0].strip("`") for row in table("### Error codes (`error_message.error_code`)")] == list(ErrorCode)
    rows = table("### Close codes")
    assert [(int(row[0]), row[1].strip("`")) for row in rows] == [(int(c), c.name.lower()) for c in CloseCode]
    assert f"protocol ({contract.PROTOCOL})" in PROTOCOL
