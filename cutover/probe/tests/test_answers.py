"""What REST answered, as topics at cursors; and what is no answer."""

from __future__ import annotations

import pytest

from cutover.probe.answers import Answer, UnreadableAnswer, contradict, shown_of
from realtime.contract import Cursor


def answer(body: str, status: int = 200, etag: str = '"e:7"') -> Answer:
    return Answer(status, etag, None, body.encode(), 1.0)


def test_a_payload_belongs_to_the_one_topic_at_the_etag():
    shown = shown_of(answer('{"pnl": 1.50}'), ["positions.1"])["positions.1"]
    assert (shown.cursor, str(shown.payloads[0]["pnl"])) == (Cursor("e", 7), "1.50")
    assert shown_of(answer("{}", etag='W/"e:8"'), ["x"])["x"].cursor == Cursor("e", 8)


def test_each_item_of_a_list_is_of_its_own_topic_and_cursor():
    items = '{"topic": "a", "cursor": "e:1", "x": 1}, {"topic": "b", "cursor": "f:2"}, {"topic": "a", "cursor": "e:1"}'
    shown = shown_of(answer(f'{{"items": [{items}], "next": null}}', etag='"hash"'), ["a", "b", "c"])
    assert {topic: (str(one.cursor), list(one.payloads)) for topic, one in shown.items()} == {
        "a": ("e:1", [{"x": 1}, {}]),
        "b": ("f:2", [{}]),
    }


def test_nothing_was_recorded_yet():
    assert shown_of(answer("", 204), ["a"]) == {}


@pytest.mark.parametrize(
    ("body", "etag", "topics"),
    [
        ("{", '"e:1"', ["a"]),
        ("[" * 2000, '"e:1"', ["a"]),
        ("{}", '"hash"', ["a"]),
        ("{}", "", ["a"]),
        ("{}", '"e:1"', ["a", "b"]),
        ('{"items": [{"topic": "a"}], "next": null}', "", ["a"]),
        ('{"items": 5, "next": null}', "", ["a"]),
        ('{"items": [{"topic": "a", "cursor": "nowhere"}], "next": null}', "", ["a"]),
    ],
)
def test_what_nobody_described_is_said_to_be_so(body, etag, topics):
    with pytest.raises(UnreadableAnswer):
        shown_of(answer(body, etag=etag), topics)


def test_two_reads_at_one_version_agree_or_are_noise():
    one = answer('{"a": 1.0}')
    assert contradict(one, one) is False
    assert contradict(one, answer('{"a": 1}')) is False
    assert contradict(one, answer('{"a": 2}')) is True
    assert contradict(one, answer('{"a": 2}', etag='"e:8"')) is None
    assert contradict(one, answer("", 204)) is None
    assert contradict(answer("{}", etag=""), answer("{}", etag="")) is None
