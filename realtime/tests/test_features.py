"""The registry of features."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import features
from realtime.features import Delivery, Feature, FeatureFault, Reading, Registry, Stream
from realtime.testing import only
from realtime.tests.ledger import OPEN, Tick


def make_stream(name: str = "bars", topic: str = "bars.{country}.{symbol}", **differing) -> Stream:
    given_ = {"message": "bar", "delivery": Delivery.EVENT, "payload": Tick, "read": lambda keys: [None for _ in keys]}
    return Stream(name, topic=topic, **{**given_, **differing})


def make_feature(name: str = "intraday", *streams: Stream, **differing) -> Feature:
    given_ = {"may_subscribe": lambda user, params: True, "topics_for": lambda user: []}
    return Feature(name, streams or (make_stream(),), **{**given_, **differing})


@pytest.mark.parametrize("symbol", ["SPY", "BRK.B", "BTC/USD", "^GSPC", "A.B.C", "é"])
def test_the_last_field_of_a_topic_takes_the_rest(symbol):
    stream = make_stream()
    topic = stream.topic_of({"country": "USA", "symbol": symbol, "minute": OPEN})
    assert topic == f"bars.USA.{symbol}"
    assert stream.params_of(topic) == {"country": "USA", "symbol": symbol}


@given(st.text())
def test_a_topic_that_is_understood_is_written_the_same(topic):
    for stream in (make_stream(), make_stream(topic="balance.{account_id}"), make_stream(topic="stages")):
        params = stream.params_of(topic)
        assert params is None or stream.topic_of(params) == topic


@pytest.mark.parametrize(
    "topic", ["", "bars", "bars.USA", "bars.USA.", "bars..SPY", "quotes.USA.SPY", "bars.USA.S Y", "bars.USA.S\nY"]
)
def test_what_is_no_topic_of_the_stream(topic):
    assert make_stream().params_of(topic) is None


@pytest.mark.parametrize("number", ["", "x", "-1", "01", "1.0", "²", "٣", "1" * 19])
def test_an_id_is_a_whole_number_written_one_way(number):
    assert make_stream(topic="balance.{account_id}").params_of(f"balance.{number}") is None


def test_an_id_is_given_as_a_number():
    assert make_stream(topic="balance.{account_id}").params_of("balance.12") == {"account_id": 12}


def test_a_topic_without_fields():
    assert make_stream(topic="stages").params_of("stages") == {}
    assert make_stream(topic="stages").params_of("stages.1") is None


def test_rows_are_what_the_selector_reads_unless_there_is_a_snapshot():
    reading = Reading(Tick(1), OPEN)
    assert make_stream(read=lambda keys: [reading for _ in keys]).rows({"country": "USA"}) == [reading]
    assert make_stream().rows({}) == []
    assert make_stream(snapshot=lambda params: [reading, reading]).rows({}) == [reading, reading]


def test_a_registered_feature_is_found_by_name_stream_and_topic():
    registry = Registry()
    feature = registry.register(make_feature())
    assert list(registry) == [feature]
    assert feature.group == "feature.intraday"
    assert registry.stream("bars") is feature.streams[0]
    assert registry.feature_of("bars") is feature
    found = registry.match("bars.USA.BRK.B")
    assert found is not None
    assert (found.feature, found.stream, found.params) == (
        feature,
        feature.streams[0],
        {"country": "USA", "symbol": "BRK.B"},
    )
    assert registry.match("bars.USA") is None
    assert registry.match("nothing.USA.SPY") is None


def test_an_unknown_stream_is_named_with_the_known_ones():
    registry = Registry()
    with pytest.raises(FeatureFault, match="no stream 'bars'; declared are: none"):
        registry.stream("bars")
    registry.register(make_feature())
    with pytest.raises(FeatureFault, match="'bar'; declared are: bars"):
        registry.stream("bar")


@pytest.mark.parametrize("name", ["", "Intraday", "in-traday", "feature:1", "x" * 81])
def test_a_feature_has_a_plain_name(name):
    with pytest.raises(FeatureFault, match="lower case"):
        Registry().register(make_feature(name))


def test_a_feature_is_declared_once():
    registry = Registry()
    registry.register(make_feature())
    with pytest.raises(FeatureFault, match="declared twice"):
        registry.register(make_feature("intraday", make_stream("other", "other")))


@pytest.mark.parametrize("taken", [make_stream("bars", "other"), make_stream("other", "bars")])
def test_a_refused_feature_leaves_nothing_behind(taken):
    registry = Registry()
    registry.register(make_feature())
    free = make_stream("free", "free.{mic}")
    with pytest.raises(FeatureFault, match="taken"):
        registry.register(make_feature("second", free, taken))
    assert registry.match("free.XNYS") is None
    registry.register(make_feature("third", free))


def test_a_forgotten_feature_is_gone():
    registry = Registry()
    registry.register(make_feature())
    registry.forget("intraday")
    assert list(registry) == []
    assert registry.match("bars.USA.SPY") is None
    registry.register(make_feature())


def test_only_declares_for_a_block_and_gives_back_what_was():
    before = features.features()
    feature = make_feature("only_here", make_stream("only_here", "only_here"))
    with only(feature):
        assert features.features() == [feature]
        with only(replace(feature, name="inner")):
            assert [one.name for one in features.features()] == ["inner"]
        assert features.features() == [feature]
    assert features.features() == before
