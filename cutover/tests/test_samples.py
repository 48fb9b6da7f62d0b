"""What browsers compared."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from cutover import plans, samples
from cutover.models import BrowserSample, Mismatch
from cutover.plans import Rule
from cutover.samples import MOST_CHARACTERS, NotYours, UnusableSamples, parse, take
from cutover.tests.makers import NOON
from identity.limits import Buckets
from identity.tests.factories import make_user
from realtime.features import Delivery, registry

pytestmark = pytest.mark.django_db
URL = "/api/cutover/samples/"


def make_sample(rest=None, socket=None, **differing):
    fields = {"topic": "bonds.x", "cursor": "e:3", "rest": rest or {"price": 1.50}, "socket": socket or {"price": 1.5}}
    return fields | differing


def body(*given):
    return json.dumps({"samples": list(given)}).encode()


@pytest.fixture
def user():
    return make_user("ann")


@pytest.fixture(autouse=True)
def _no_bucket_is_empty(monkeypatch):
    monkeypatch.setattr(samples, "_limit", Buckets(12))


def counted():
    return {row.outcome: row.times for row in BrowserSample.objects.all()}


def test_the_server_compares_and_counts(bonds, user):
    given = parse(body(make_sample(), make_sample(), make_sample({"price": 2}, {"price": 3})))
    assert list(take(given, user, NOON).outcomes) == ["match", "match", "mismatch"]
    assert counted() == {"match": 2, "mismatch": 1}
    assert BrowserSample.objects.first().day == NOON.date()


def test_a_mismatch_is_kept_with_both_payloads_once(bonds, user):
    for _ in range(2):
        take(parse(body(make_sample({"price": 2.10}, {"price": 3}))), user, NOON)
    row = Mismatch.objects.get()
    assert (row.source, row.user, row.topic, row.cursor, row.times) == ("browser", "ann", "bonds.x", "e:3", 2)
    assert (row.rest, row.socket, row.session) == ('{"price": 2.1}', '{"price": 3}', date(2026, 11, 19))
    assert row.fields == [{"field": "price", "rest": 2.1, "socket": 3}]


def test_what_a_rule_lets_pass_is_told_as_ignored(bonds, user, monkeypatch):
    rule = Rule("rounding", "price", "the last digit")
    monkeypatch.setitem(plans._plans, "bonds", replace(bonds, rules=(rule,)))
    assert list(take(parse(body(make_sample({"price": 2}, {"price": 3}))), user, NOON).outcomes) == ["ignored"]
    assert Mismatch.objects.get().rule == "rounding"


def test_a_volatile_topic_cannot_be_compared(bonds, user, monkeypatch):
    stream = registry.stream("bonds")
    object.__setattr__(stream, "delivery", Delivery.VOLATILE)
    assert list(take(parse(body(make_sample())), user, NOON).outcomes) == ["not_comparable"]


def test_only_so_many_are_kept(bonds, user, monkeypatch):
    monkeypatch.setattr(samples, "MOST_KEPT", 2)
    for cursor in ("e:1", "e:2", "e:3", "e:4"):
        take(parse(body(make_sample({"price": 2}, {"price": 3}, cursor=cursor))), user, NOON)
    assert [row.cursor for row in Mismatch.objects.order_by("id")] == ["e:3", "e:4"]


@pytest.mark.parametrize("topic", ["bonds", "nothing.x", "stages", "heartbeat"])
def test_a_topic_that_is_nobodys_or_not_compared_is_refused_and_nothing_recorded(bonds, user, topic):
    with pytest.raises(NotYours, match=topic):
        take(parse(body(make_sample(), make_sample(topic=topic))), user, NOON)
    assert counted() == {}


def test_a_topic_of_another_is_refused(bonds, user):
    object.__setattr__(registry.feature_of("bonds"), "may_subscribe", lambda user, params: False)
    with pytest.raises(NotYours):
        take(parse(body(make_sample())), user, NOON)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "truncated"),
        (b"[]", "object"),
        (b'{"samples": []}', "length"),
        (b'{"samples": [{}]}', "topic"),
        (body(*[make_sample()] * 21), "length"),
        (body(make_sample(cursor="e")), "epoch:offset"),
        (body(make_sample(more=1)), "unknown field"),
        (body(make_sample({"x": "y" * MOST_CHARACTERS})), "bytes"),
        (b'{"samples": [{"topic": "bonds.x", "rest": ' + b"[" * 100_000, "recursion|truncated"),
    ],
)
def test_a_broken_body_is_refused_with_its_reason(text, why):
    with pytest.raises(UnusableSamples, match=why):
        parse(text)


def test_by_rest(bonds, client, user):
    assert client.post(URL, body(make_sample()), "application/json").status_code == 401
    client.force_login(user)
    answer = client.post(URL, body(make_sample()), "application/json")
    assert (answer.status_code, answer.json()) == (200, {"outcomes": ["match"]})
    assert client.post(URL, b"{}", "application/json").status_code == 400
    assert client.post(URL, body(make_sample(topic="no.x")), "application/json").status_code == 404


def test_one_user_may_send_so_many_a_minute(bonds, client, user, monkeypatch):
    monkeypatch.setattr(samples, "_limit", Buckets(1))
    client.force_login(user)
    assert client.post(URL, body(make_sample()), "application/json").status_code == 200
    refused = client.post(URL, body(make_sample()), "application/json")
    assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)


def test_what_is_nested_too_deeply_to_be_compared_cannot_be(bonds, user):
    deep = b"[" * 900 + b"1" + b"]" * 900
    given = parse(b'{"samples": [{"topic": "bonds.x", "cursor": "e:1", "rest": %b, "socket": 1}]}' % deep)
    other = parse(
        b'{"samples": [{"topic": "bonds.x", "cursor": "e:1", "rest": %b, "socket": %b}]}' % (deep, deep[:-1] + b",2]")
    )
    assert set(take([*given, *other], user, NOON).outcomes) <= {"mismatch", "not_comparable"}
