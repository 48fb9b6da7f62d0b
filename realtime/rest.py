"""Answers REST from the same selectors and cursors as the socket: ETag, 304, problem for what is not yours."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from django.http import Http404
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from realtime import history
from realtime.contract import NOTHING_YET, Cursor, encode
from realtime.features import Match, Reading, match
from realtime.reading import read_at, read_topic


class MsgspecRenderer(BaseRenderer):
    """The socket's own encoder: the same digits and times on both transports."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else encode(data)


@dataclass(frozen=True, slots=True)
class Item:
    """A row of a list: whose topic it is, and the payload."""

    topic: str
    reading: Reading


def readable(request: Request, topic: str) -> Match:
    """What the topic is, or 404 where there is none or this user may not read it."""
    found = match(topic)
    if found is None or not found.feature.may_subscribe(request.user, found.params):
        raise Http404(f"there is no {topic}")
    return found


def topic_response(request: Request, topic: str, narrowed: Callable[[Any], msgspec.Struct] | None = None) -> Response:
    """The payload of a topic that has one row, as `narrowed` cuts it down; 204 before anything was recorded."""
    found = readable(request, topic)
    tag = _tag(history.top_of(topic))
    if _has(request, tag):
        return _not_modified(tag)
    reading = read_topic(found.stream, found.params)
    if not reading.readings:
        return Response(status=204, headers={"ETag": _tag(reading.cursor)})
    newest = reading.readings[-1]
    as_of = encode(newest.as_of).decode().strip('"')
    payload = newest.payload if narrowed is None else narrowed(newest.payload)
    return Response(payload, headers={"ETag": _tag(reading.cursor), "X-As-Of": as_of})


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a list, and where the next ones are."""

    items: Sequence[Item]
    next: str | None = None


def list_response(request: Request, topics: Sequence[str], read: Callable[[], Page]) -> Response:
    """Rows of several topics, each with its topic's cursor; the ETag is a hash of the sorted cursors."""
    for topic in topics:
        readable(request, topic)
    tag = _tag_of_all(dict.fromkeys(topics, NOTHING_YET) | history.tops(topics))
    if _has(request, tag):
        return _not_modified(tag)
    cursors, page = read_at(topics, read)
    rows = [_row(item, cursors[item.topic]) for item in page.items]
    return Response({"items": rows, "next": page.next}, headers={"ETag": _tag_of_all(cursors)})


def derived_response(request: Request, topics: Sequence[str], read: Callable[[], Reading | None]) -> Response:
    """One payload that is made from the rows of several topics, with the ETag of a list; 404 while there is nothing."""
    for topic in topics:
        readable(request, topic)
    tag = _tag_of_all(dict.fromkeys(topics, NOTHING_YET) | history.tops(topics))
    if _has(request, tag):
        return _not_modified(tag)
    cursors, reading = read_at(topics, read)
    if reading is None:
        raise Http404("nothing was recorded yet")
    headers = {"ETag": _tag_of_all(cursors), "X-As-Of": encode(reading.as_of).decode().strip('"')}
    return Response(reading.payload, headers=headers)


def _row(item: Item, cursor: Cursor) -> dict[str, Any]:
    return {**msgspec.structs.asdict(item.reading.payload), "topic": item.topic, "cursor": str(cursor)}


def _tag(cursor: Cursor) -> str:
    return f'"{cursor}"'


def _tag_of_all(cursors: Mapping[str, Cursor]) -> str:
    text = ",".join(f"{topic}={cursor}" for topic, cursor in sorted(cursors.items()))
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _has(request: Request, tag: str) -> bool:
    given = request.headers.get("If-None-Match", "")
    return tag in (part.strip().removeprefix("W/") for part in given.split(","))


def _not_modified(tag: str) -> Response:
    return Response(status=304, headers={"ETag": tag})
