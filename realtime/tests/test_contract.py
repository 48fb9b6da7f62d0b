"""The frames both ways."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import contract
from realtime.codes import CloseCode, ErrorCode
from realtime.contract import (
    BadCursor,
    BadFrame,
    Cursor,
    Frame,
    Ping,
    Publication,
    StagesAck,
    Subscribe,
    TopicAt,
    Unsubscribe,
)

AT = datetime(2026, 11, 20, 14, 31, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def parse_or_refuse(text: str | bytes) -> contract.ClientFrame | None:
    """The frame, or None for BadFrame; any other exception fails the test."""
    try:
        return contract.parse(text)
    except BadFrame:
        return None


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('{"type":"subscribe","topics":["a"]}', Subscribe(["a"])),
        (b'{"type":"subscribe","topics":[{"topic":"a","cursor":"e:1"},"b"]}', Subscribe([TopicAt("a", "e:1"), "b"])),
        ('{"topics":["a"],"type":"unsubscribe","more":1}', Unsubscribe(["a"])),
        ('{"type":"ping","timestamp":1763649060}', Ping(1763649060)),
        ('{"type":"ping"}', Ping(None)),
        ('{"type":"stages_ack","cursor":"e:4"}', StagesAck("e:4")),
    ],
)
def test_a_client_frame_is_understood(text, frame):
    assert contract.parse(text) == frame


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"nothing"}',
        '{"type":7}',
        '{"type":"subscribe"}',
        '{"type":"subscribe","topics":[""]}',
        json.dumps({"type": "subscribe", "topics": ["x" * 201]}),
        json.dumps({"type": "subscribe", "topics": ["a"] * 1001}),
        '{"type":"unsubscribe","topics":[{"topic":"a"}]}',
        '{"type":"stages_ack"}',
        '{"type":"ping","timestamp":1e999}',
        '{"type":"\\ud800"}',
        "\ud800",
        b"\xff\xfe",
        b'{"type":"ping","timestamp":"\xff"}',
        "[" * 100_000,
        '{"type":"ping","x":' + "[" * 50_000 + "]" * 50_000 + "}",
        '{"type":"ping","timestamp":' + "9" * 20_000 + "}",
    ],
)
def test_a_broken_frame_is_refused_with_a_reason(text):
    with pytest.raises(BadFrame, match=r"\w"):
        contract.parse(text)


@given(st.text() | st.binary() | JSON.map(json.dumps))
def test_whatever_comes_is_a_frame_or_refused(text):
    parse_or_refuse(text)


@given(st.dictionaries(st.sampled_from(["type", "topics", "timestamp", "cursor", "x"]), JSON), st.data())
def test_whatever_comes_with_a_known_type_is_a_frame_or_refused(fields, data):
    known = data.draw(st.sampled_from(["subscribe", "unsubscribe", "ping", "stages_ack"]))
    parse_or_refuse(json.dumps({**fields, "type": known}))


@given(st.integers(min_value=0, max_value=3000))
def test_a_ping_nested_as_deeply_as_you_like_is_given_back_or_refused(depth):
    text = '{"type":"ping","timestamp":' + "[" * depth + "]" * depth + "}"
    frame = parse_or_refuse(text)
    if isinstance(frame, Ping):
        try:
            answer = contract.pong(frame, AT)
        except BadFrame:
            return
        assert "[" * depth + "]" * depth in answer


def test_a_ping_that_cannot_be_written_is_refused():
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(BadFrame):
        contract.pong(Ping(deep), AT)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_decimals_travel_digit_for_digit(value):
    assert contract.encode(value) == str(value).encode()
    assert json.loads(contract.encode(value), parse_float=Decimal, parse_int=Decimal) == value


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_money_keeps_its_two_decimals(value):
    assert contract.encode({"cash": value}) == f'{{"cash":{value:.2f}}}'.encode()


def test_a_frame_says_only_what_it_has():
    bare = contract.encode_frame(Frame(type="tick", data={}))
    assert json.loads(bare) == {"type": "tick", "data": {}}
    full = Frame(type="tick", data={}, topic="t", epoch="e", offset=3, as_of=AT, snapshot=True)
    assert json.loads(contract.encode_frame(full)) == {
        "type": "tick",
        "data": {},
        "topic": "t",
        "epoch": "e",
        "offset": 3,
        "as_of": "2026-11-20T14:31:00Z",
        "snapshot": True,
    }


def test_control_and_error_frames():
    text = contract.error(ErrorCode.UNKNOWN_TOPIC, "no", AT, "t")
    assert json.loads(text) == {
        "type": "error_message",
        "data": {"message": "no", "error_code": "unknown_topic", "timestamp": "2026-11-20T14:31:00Z"},
        "topic": "t",
    }
    for payload in contract.CONTROL.values():
        assert issubclass(payload, msgspec.Struct)


@given(st.text(alphabet=st.characters(exclude_characters=":")), st.integers(min_value=0, max_value=10**18 - 1))
def test_a_cursor_is_read_as_it_is_written(epoch, offset):
    cursor = Cursor(epoch, offset)
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text", ["", "e", "e:", "e:-1", "e:1.0", "e:x", "e:1:2", "e: 1", "e:²", "e:٣", "e:" + "9" * 19]
)
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(BadCursor, match="epoch:offset"):
        Cursor.parse(text)


def test_a_publication_knows_its_cursor():
    assert Publication("t", "e", 4, "{}").cursor == Cursor("e", 4)


def test_final_codes_begin_at_4500():
    assert {code for code in CloseCode if code.is_final} == {CloseCode.NOT_SIGNED_IN, CloseCode.FORBIDDEN}
