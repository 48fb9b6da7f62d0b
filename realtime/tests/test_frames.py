"""Frames as they stand on a wire, read back by another implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.protocol import State
from websockets.uri import parse_uri

from realtime.frames import Ready, frame_of


def parsed(wire: bytes) -> list[str]:
    """The text messages that a client finds in these bytes."""
    client = ClientProtocol(parse_uri("ws://desk/"), state=State.OPEN, max_size=None)
    client.receive_data(wire)
    assert client.parser_exc is None
    frames = client.events_received()
    assert all(frame.opcode.name == "TEXT" and frame.fin for frame in frames)
    return [frame.data.decode() for frame in frames]


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, "8100"),
        (1, "8101"),
        (125, "817d"),
        (126, "817e007e"),
        (65_535, "817effff"),
        (65_536, "817f0000000000010000"),
        (200_000, "817f0000000000030d40"),
    ],
)
def test_lengths_are_written_as_rfc_6455_has_them(size, head):
    frame = frame_of("x" * size)
    assert frame == bytes.fromhex(head) + b"x" * size
    assert parsed(frame) == ["x" * size]


def test_the_length_is_that_of_the_bytes():
    assert frame_of("€" * 42)[:2] == bytes((0x81, 126))


@given(st.lists(st.text()))
def test_what_is_written_is_read(texts):
    assert parsed(Ready(texts).wire) == texts


def test_the_bytes_are_built_once():
    ready = Ready(["a", "b"])
    assert ready.wire is ready.wire
