"""REST's answers from the socket's selectors and cursors."""

from __future__ import annotations

import json

import pytest
from django.http import Http404
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from realtime import history
from realtime.features import match
from realtime.rest import Item, MsgspecRenderer, Page, derived_response, list_response, topic_response
from realtime.tests.ledger import Amount, Somebody

pytestmark = pytest.mark.django_db
RENDERER = MsgspecRenderer()


def make_request(tag: str = "") -> Request:
    """From somebody who may read the accounts 1 and 2, and has what `tag` names."""
    request = Request(APIRequestFactory().get("/", headers={"If-None-Match": tag} if tag else {}))
    request.user = Somebody(accounts=(1, 2))  # type: ignore[assignment] # what the features ask of a user, it has
    return request


def body(response) -> bytes:
    return RENDERER.render(response.data)


def page(ledger, *account_ids: int) -> Page:
    readings = {f"amounts.{number}": ledger._amount(number) for number in account_ids}
    return Page([Item(topic, reading) for topic, reading in readings.items()], "/next")


def test_a_topic_is_its_payload_with_its_cursor(ledger):
    (publication,) = ledger.pay(1, "10.50")
    response = topic_response(make_request(), "amounts.1")
    assert body(response) == b'{"account_id":1,"amount":10.50}'
    assert json.loads(body(response)) == json.loads(publication.text)["data"]
    assert response.headers["ETag"] == f'"{publication.cursor}"'
    assert response.headers["X-As-Of"] == "2026-11-20T14:30:00Z"


@pytest.mark.parametrize("written", ['"{}"', 'W/"{}"', '"other", "{}"', '"other",W/"{}"'])
def test_a_client_that_has_it_is_told_so(ledger, written):
    (publication,) = ledger.pay(1, "1")
    response = topic_response(make_request(written.format(publication.cursor)), "amounts.1")
    assert (response.status_code, body(response)) == (304, b"")
    assert response.headers["ETag"] == f'"{publication.cursor}"'
    ledger.pay(1, "2")
    assert topic_response(make_request(written.format(publication.cursor)), "amounts.1").status_code == 200


def test_a_payload_can_be_cut_down(ledger):
    ledger.pay(1, "10.50")
    response = topic_response(make_request(), "amounts.1", lambda payload: Amount(payload.account_id, 0))
    assert body(response) == b'{"account_id":1,"amount":0}'


def test_before_anything_was_recorded_there_is_no_content(ledger):
    response = topic_response(make_request(), "amounts.1")
    assert (response.status_code, body(response), response.headers["ETag"]) == (204, b"", '":0"')


@pytest.mark.parametrize("topic", ["amounts.3", "nothing.1"])
def test_what_is_anothers_and_what_is_not_there_are_answered_alike(ledger, topic):
    ledger.pay(3, "1")
    for answer in (
        lambda: topic_response(make_request(), topic),
        lambda: list_response(make_request(), ["amounts.1", topic], lambda: page(ledger)),
        lambda: derived_response(make_request(), ["amounts.1", topic], lambda: None),
    ):
        with pytest.raises(Http404, match=f"there is no {topic}"):
            answer()


def test_a_list_has_each_items_cursor_and_a_tag_of_all(ledger):
    topics = ["amounts.1", "amounts.2"]
    ledger.pay(1, "1.50")
    ledger.amounts[2] = 2
    response = list_response(make_request(), topics, lambda: page(ledger, 1, 2))
    assert json.loads(body(response)) == {
        "items": [
            {"account_id": 1, "amount": 1.5, "topic": "amounts.1", "cursor": str(history.top_of("amounts.1"))},
            {"account_id": 2, "amount": 2, "topic": "amounts.2", "cursor": ":0"},
        ],
        "next": "/next",
    }
    tag = response.headers["ETag"]
    assert list_response(make_request(tag), topics, lambda: page(ledger, 1, 2)).status_code == 304
    assert list_response(make_request(tag), topics[::-1], lambda: page(ledger, 1, 2)).status_code == 304
    ledger.pay(2, "2")
    again = list_response(make_request(tag), topics, lambda: page(ledger, 1, 2))
    assert again.status_code == 200
    assert again.headers["ETag"] != tag


def test_what_is_derived_from_several_topics(ledger):
    topics = ["amounts.1", "amounts.2"]
    with pytest.raises(Http404, match="nothing was recorded"):
        derived_response(make_request(), topics, lambda: None)
    ledger.pay(1, "1.50")
    response = derived_response(make_request(), topics, lambda: ledger._amount(1))
    assert body(response) == b'{"account_id":1,"amount":1.50}'
    assert response.headers["X-As-Of"] == "2026-11-20T14:30:00Z"
    assert derived_response(make_request(response.headers["ETag"]), topics, lambda: None).status_code == 304


def test_rest_and_a_snapshot_are_one_payload(ledger):
    ledger.pay(1, "10.50")
    found = match("amounts.1")
    assert topic_response(make_request(), "amounts.1").data == found.stream.rows(found.params)[0].payload
