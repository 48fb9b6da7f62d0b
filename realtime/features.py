"""The registry of features: a data set's topics, who may read them, and how its payloads are read from stored rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

Params = Mapping[str, Any]
"""The fields of a topic's name, e.g. {"country": "USA", "symbol": "SPY"}."""
Reader = tuple[Any, Params]
"""A user, and the topic that he hears."""
Key = Mapping[str, Any]
"""Params of a topic, and more where a topic has many rows (a closed bar: the minute)."""


class FeatureFault(Exception):
    """A feature's declaration cannot stand; the message says which and why."""


class Delivery(Enum):
    """How a topic's publications count: STATE, only the newest; EVENT, each one; VOLATILE, newest wins, unnumbered."""

    STATE = "STATE"
    EVENT = "EVENT"
    VOLATILE = "VOLATILE"


@dataclass(frozen=True, slots=True)
class Reading:
    """A payload as a selector read it from stored rows, and the moment that it describes."""

    payload: msgspec.Struct
    as_of: datetime


@dataclass(frozen=True)
class Stream:
    """One kind of topic of a feature: its name's template, its message type and how its rows are read.

    `topic` is a template such as `bars.{country}.{symbol}`: a field named `…_id` is a whole number, the last field takes the rest.
    `read(keys)` gives a Reading for each key, None where the row is gone; `snapshot(params)` the newest rows of one topic.
    """

    name: str
    message: str
    topic: str
    delivery: Delivery
    payload: type[msgspec.Struct]
    read: Callable[[Sequence[Key]], Sequence[Reading | None]]
    snapshot: Callable[[Params], Sequence[Reading]] | None = None
    fields: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple(re.findall(r"\{(\w+)\}", self.topic)))

    @property
    def head(self) -> str:
        """The topic's first part; no two streams share one."""
        return self.topic.split(".")[0]

    def topic_of(self, key: Key) -> str:
        return self.topic.format_map(key)

    def params_of(self, topic: str) -> dict[str, Any] | None:
        """The fields in a topic's name, or None where it is none of this stream's."""
        parts = topic.split(".", self.topic.count("."))
        template = self.topic.split(".")
        if len(parts) != len(template):
            return None
        params: dict[str, Any] = {}
        for expected, found in zip(template, parts, strict=True):
            if not expected.startswith("{"):
                if expected != found:
                    return None
            elif not _take(params, expected[1:-1], found):
                return None
        return params

    def rows(self, params: Params) -> Sequence[Reading]:
        """The newest rows of one topic, oldest first: what a new subscriber and REST are shown."""
        if self.snapshot is not None:
            return self.snapshot(params)
        return [reading for reading in self.read([params]) if reading is not None]


def _take(params: dict[str, Any], name: str, text: str) -> bool:
    if name.endswith("_id"):
        if not (text.isdecimal() and len(text) <= 18 and str(int(text)) == text):
            return False
        params[name] = int(text)
        return True
    params[name] = text
    return bool(text) and text.isprintable() and " " not in text


@dataclass(frozen=True)
class Feature:
    """A data set that is cut over as one: its streams, who may read a topic, and what a user's dashboard shows of it.

    `may_keep` asks of many (user, params) at once who may still read what he hears; without it `may_subscribe` is asked
    of each, where topics name an `…_id`. What everybody may read is not asked again.
    """

    name: str
    streams: Sequence[Stream]
    may_subscribe: Callable[[Any, Params], bool]
    topics_for: Callable[[Any], Sequence[str]]
    may_keep: Callable[[Sequence[Reader]], Sequence[bool]] | None = None

    @property
    def is_guarded(self) -> bool:
        """Whether some may read of it what others may not."""
        return self.may_keep is not None or any(
            name.endswith("_id") for stream in self.streams for name in stream.fields
        )

    def keeps(self, readers: Sequence[Reader]) -> Sequence[bool]:
        """Of each, whether he may still read the topic."""
        if self.may_keep is not None:
            return self.may_keep(readers)
        return [self.may_subscribe(user, params) for user, params in readers]

    @property
    def group(self) -> str:
        """The layer's group that carries this feature's nudges."""
        return f"feature.{self.name}"


@dataclass(frozen=True, slots=True)
class Match:
    """What a topic's name means: whose it is, and the fields in it."""

    feature: Feature
    stream: Stream
    params: Params

    @property
    def topic(self) -> str:
        return self.stream.topic_of(self.params)


class Registry:
    """Features by name; names of features and streams are unique, and no topic belongs to two streams."""

    def __init__(self) -> None:
        self._features: dict[str, Feature] = {}
        self._streams: dict[str, tuple[Feature, Stream]] = {}
        self._by_head: dict[str, tuple[Feature, Stream]] = {}

    def register(self, feature: Feature) -> Feature:
        if feature.name in self._features:
            raise FeatureFault(f"feature {feature.name!r} is declared twice")
        if not re.fullmatch(r"[a-z0-9_]{1,80}", feature.name):
            raise FeatureFault(f"feature {feature.name!r}: a name is lower case, digits and _")
        streams, by_head = dict(self._streams), dict(self._by_head)
        for stream in feature.streams:
            if stream.name in streams or stream.head in by_head:
                raise FeatureFault(f"stream {stream.name!r} of {feature.name!r}: its name or topic is taken")
            streams[stream.name] = by_head[stream.head] = (feature, stream)
        self._streams, self._by_head = streams, by_head
        self._features[feature.name] = feature
        return feature

    def forget(self, name: str) -> None:
        """Take a feature out again (tests)."""
        for stream in self._features.pop(name).streams:
            del self._streams[stream.name], self._by_head[stream.head]

    def __iter__(self) -> Iterator[Feature]:
        return iter(self._features.values())

    def feature_of(self, stream_name: str) -> Feature:
        return self._streams[stream_name][0]

    def stream(self, name: str) -> Stream:
        try:
            return self._streams[name][1]
        except KeyError:
            known = ", ".join(sorted(self._streams)) or "none"
            raise FeatureFault(f"no stream {name!r}; declared are: {known}") from None

    def match(self, topic: str) -> Match | None:
        found = self._by_head.get(topic.split(".", 1)[0])
        if found is None:
            return None
        params = found[1].params_of(topic)
        return None if params is None else Match(*found, params)


registry = Registry()
register = registry.register
stream = registry.stream
match = registry.match


def features() -> list[Feature]:
    return list(registry)
