"""One client without its socket: what it may say, and where it stands."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import subscriber as subscriber_module
from realtime.backlog import Weight
from realtime.contract import Cursor, Publication
from realtime.features import Delivery, Match
from realtime.subscriber import MAX_FRAME_CHARACTERS, Answer, Subscriber, Subscription
from realtime.testing import FakeClock
from realtime.tests.lines import make_publication
from realtime.tests.test_features import make_feature, make_stream

NOW = FakeClock().at
EVENTS = make_stream("events", "e.{name}")
STATES = make_stream("states", "s.{name}", delivery=Delivery.STATE)
FEATURE = make_feature("feature", EVENTS, STATES)


def find(topic: str) -> Match | None:
    for stream in (EVENTS, STATES):
        params = stream.params_of(topic)
        if params is not None:
            return Match(FEATURE, stream, params)
    return None


def make_subscriber(**differing) -> Subscriber:
    return Subscriber(find, **differing)


def say(subscriber: Subscriber, **frame) -> Answer:
    return subscriber.receive(json.dumps(frame), NOW)


def join(subscriber: Subscriber, topic: str, cursor: Cursor | None = None) -> Subscription:
    """A subscription that has caught up at `cursor` (None: not yet)."""
    (subscription,) = say(subscriber, type="subscribe", topics=[topic]).joined
    if cursor is not None:
        subscriber.caught_up(subscription, cursor)
    return subscription


def sent(frames) -> list:
    return [json.loads(outgoing.text) for outgoing in frames]


def test_subscribe_joins_each_topic_with_its_cursor():
    subscriber = make_subscriber()
    answer = say(subscriber, type="subscribe", topics=["e.1", {"topic": "s.1", "cursor": "x:4"}, {"topic": "s.2"}])
    assert [(s.topic, s.wanted, s.cursor, s.weight) for s in answer.joined] == [
        ("e.1", None, None, Weight.EVENT),
        ("s.1", Cursor("x", 4), None, Weight.STATE),
        ("s.2", None, None, Weight.STATE),
    ]
    assert answer.frames == answer.left == []
    assert list(subscriber.subscriptions) == ["e.1", "s.1", "s.2"]


def test_an_unknown_topic_is_refused_and_the_others_joined():
    answer = say(make_subscriber(), type="subscribe", topics=["nothing", "e.1"])
    (refused,) = sent(answer.frames)
    assert refused["data"]["error_code"] == "unknown_topic"
    assert refused["topic"] == "nothing"
    assert [s.topic for s in answer.joined] == ["e.1"]


def test_one_socket_holds_so_many_topics():
    subscriber = make_subscriber(max_topics=2)
    answer = say(subscriber, type="subscribe", topics=["e.1", "e.2", "e.3"])
    assert sent(answer.frames)[0]["data"]["error_code"] == "too_many_topics"
    assert len(say(subscriber, type="subscribe", topics=["e.2"]).joined) == 1
    say(subscriber, type="unsubscribe", topics=["e.1"])
    assert len(say(subscriber, type="subscribe", topics=["e.3"]).joined) == 1


def test_a_broken_cursor_leaves_all_topics_of_the_frame_alone():
    subscriber = make_subscriber()
    answer = say(subscriber, type="subscribe", topics=["e.1", {"topic": "s.1", "cursor": "x"}])
    assert sent(answer.frames)[0]["data"]["error_code"] == "bad_frame"
    assert answer.joined == []
    assert subscriber.subscriptions == {}


def test_naming_a_topic_again_begins_anew():
    subscriber = make_subscriber()
    first = join(subscriber, "e.1", Cursor("x", 4))
    answer = say(subscriber, type="subscribe", topics=[{"topic": "e.1", "cursor": "x:2"}])
    assert answer.left == [first]
    assert answer.joined[0].wanted == Cursor("x", 2)
    assert (subscriber.stands(first), subscriber.caught_up(first, Cursor("x", 9))) == (False, [])


def test_unsubscribe_is_answered_whether_or_not_there_was_a_subscription():
    subscriber = make_subscriber()
    subscription = join(subscriber, "e.1")
    answer = say(subscriber, type="unsubscribe", topics=["e.1", "e.2"])
    assert answer.left == [subscription]
    assert sent(answer.frames) == [
        {"type": "unsubscribed", "data": {"topic": "e.1"}},
        {"type": "unsubscribed", "data": {"topic": "e.2"}},
    ]


@pytest.mark.parametrize("timestamp", [None, 1763649060, 1763649060123, "then", 1.5, [1, {"a": True}]])
def test_ping_gets_its_timestamp_back(timestamp):
    (answer,) = sent(say(make_subscriber(), type="ping", timestamp=timestamp).frames)
    assert answer == {"type": "pong", "data": {"timestamp": timestamp, "server_time": "2026-11-20T15:00:00Z"}}


def test_stages_ack_is_kept():
    subscriber = make_subscriber()
    assert say(subscriber, type="stages_ack", cursor="x:4") == Answer()
    assert subscriber.acknowledged == Cursor("x", 4)
    assert sent(say(subscriber, type="stages_ack", cursor="4").frames)[0]["data"]["error_code"] == "bad_frame"
    assert subscriber.acknowledged == Cursor("x", 4)


def test_a_frame_has_a_size():
    (refused,) = sent(make_subscriber().receive("x" * (MAX_FRAME_CHARACTERS + 1), NOW).frames)
    assert str(MAX_FRAME_CHARACTERS) in refused["data"]["message"]


@given(st.text() | st.binary())
def test_whatever_a_client_says_is_answered(text):
    subscriber = make_subscriber()
    assert sent(subscriber.receive(text, NOW).frames)
    assert subscriber.subscriptions == {}


@given(st.lists(st.text(min_size=1, max_size=200)))
def test_whatever_topic_a_client_names_is_joined_or_refused(topics):
    answer = say(make_subscriber(), type="subscribe", topics=topics)
    assert len(sent(answer.frames)) + len(answer.joined) == len(topics)


def test_once_it_is_caught_up_what_waited_is_passed_on():
    subscriber = make_subscriber()
    subscription = join(subscriber, "e.1")
    waiting = [make_publication(offset, topic="e.1") for offset in (4, 5, 6)]
    assert [subscriber.publication(subscription, publication) for publication in waiting] == [[], [], []]
    assert sent(subscriber.found(subscription, Cursor("e1", 4), True, rows=3)) == [
        {"type": "subscribed", "data": {"topic": "e.1", "epoch": "e1", "offset": 4, "recovered": True, "rows": 3}},
    ]
    assert subscriber.caught_up(subscription, Cursor("e1", 4)) == waiting
    assert (subscription.cursor, subscription.waiting) == (Cursor("e1", 4), [])
    passed = [subscriber.publication(subscription, publication) for publication in waiting]
    assert [[outgoing.text for outgoing in frames] for frames in passed] == [[], [waiting[1].text], [waiting[2].text]]


def test_a_loss_is_told_before_the_snapshot():
    subscriber = make_subscriber()
    frames = subscriber.found(join(subscriber, "e.1"), Cursor("e1", 4), False, "it was trimmed")
    assert [frame["type"] for frame in sent(frames)] == ["subscribed", "reset"]
    assert sent(frames)[1]["data"] == {"topic": "e.1", "epoch": "e1", "offset": 4, "reason": "it was trimmed"}


def test_more_than_may_wait_is_read_anew(monkeypatch):
    monkeypatch.setattr(subscriber_module, "WAITING_FOR_SNAPSHOT", 2)
    subscriber = make_subscriber()
    subscription = join(subscriber, "e.1")
    for offset in (1, 2, 3):
        subscriber.publication(subscription, make_publication(offset, topic="e.1"))
    assert subscription.is_missing
    assert [waited.offset for waited in subscriber.caught_up(subscription, Cursor("e1", 1))] == [1, 2]
    again = subscriber.again(subscription)
    assert (again.is_missing, again.wanted, subscriber.stands(again)) == (False, Cursor("e1", 1), True)


def test_what_begins_anew_while_it_is_told_begins_where_the_client_is():
    subscriber = make_subscriber()
    subscription = join(subscriber, "e.1")
    subscriber.told(subscription, Cursor("e1", 9), left=3)
    assert subscriber.again(subscription).wanted == Cursor("e1", 6)


def test_what_waited_and_does_not_follow_is_read_anew():
    subscriber = make_subscriber()
    subscription = join(subscriber, "e.1")
    subscriber.publication(subscription, make_publication(1, "e2", topic="e.1"))
    (waited,) = subscriber.caught_up(subscription, Cursor("e1", 4))
    assert subscriber.publication(subscription, waited) is None


def test_of_a_state_only_the_newest_waits(monkeypatch):
    monkeypatch.setattr(subscriber_module, "WAITING_FOR_SNAPSHOT", 2)
    subscriber = make_subscriber()
    subscription = join(subscriber, "s.1")
    newest = make_publication(9, topic="s.1")
    for offset in (6, 7, 8):
        subscriber.publication(subscription, make_publication(offset, topic="s.1"))
    subscriber.publication(subscription, newest)
    assert subscriber.caught_up(subscription, Cursor("e1", 5)) == [newest]
    assert not subscription.is_missing


@pytest.mark.parametrize(
    ("topic", "at", "published", "expected"),
    [
        ("e.1", Cursor("e1", 4), make_publication(5), "sent"),
        ("e.1", Cursor("e1", 4), make_publication(4), "had"),
        ("e.1", Cursor("e1", 4), make_publication(6), "missing"),
        ("e.1", Cursor("e1", 4), make_publication(5, "e2"), "missing"),
        ("e.1", Cursor("", 0), make_publication(1, "e2"), "sent"),
        ("e.1", Cursor("", 0), make_publication(2, "e2"), "missing"),
        ("s.1", Cursor("e1", 4), make_publication(5), "sent"),
        ("s.1", Cursor("e1", 4), make_publication(9), "sent"),
        ("s.1", Cursor("e1", 4), make_publication(3), "had"),
        ("s.1", Cursor("e1", 4), make_publication(1, "e2"), "sent"),
    ],
)
def test_a_publication_is_sent_once_and_in_order(topic, at, published, expected):
    subscriber = make_subscriber()
    subscription = join(subscriber, topic, at)
    frames = subscriber.publication(subscription, published)
    if expected == "sent":
        assert [(o.text, o.weight, o.topic) for o in frames] == [(published.text, subscription.weight, topic)]
        assert subscription.cursor == published.cursor
    else:
        assert frames == ([] if expected == "had" else None)
        assert subscription.cursor == at


def test_an_unnumbered_publication_is_sent_at_once():
    subscription = join(make_subscriber(), "s.1")
    (outgoing,) = Subscriber.publication(subscription, Publication("s.1", "", 0, '"tick"'))
    assert (outgoing.text, outgoing.weight) == ('"tick"', Weight.STATE)


def test_again_starts_from_where_the_client_stands():
    subscriber = make_subscriber()
    standing = join(subscriber, "e.1", Cursor("e1", 4))
    assert subscriber.again(standing).wanted == Cursor("e1", 4)
    waiting = replace(join(subscriber, "e.2"), wanted=Cursor("e1", 2))
    assert subscriber.again(waiting).wanted == Cursor("e1", 2)
    assert subscriber.subscriptions["e.2"].cursor is None


def test_a_refused_subscription_ends():
    subscriber = make_subscriber()
    subscription = join(subscriber, "e.1")
    assert sent(subscriber.refused(subscription, '"no"')) == ["no"]
    assert subscriber.subscriptions == {}
    newer = join(subscriber, "e.1")
    subscriber.refused(subscription, '"no"')
    assert subscriber.subscriptions == {"e.1": newer}
