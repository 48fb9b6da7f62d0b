"""The heartbeat message tells how fresh each feature is."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from jobs.heartbeat import HEARTBEAT, JOB, HeartbeatJob, heartbeat_at, read_heartbeats
from jobs.registry import registry, seconds
from jobs.tests.makers import NOON, make_declaration, make_run
from realtime.contract import encode
from realtime.nudges import unpack

pytestmark = pytest.mark.django_db


@pytest.fixture
def carried(monkeypatch):
    """A job of ours beside the declared ones."""
    monkeypatch.setitem(registry._declarations, "quotes", make_declaration(features=("a_feature",)))


def test_the_message_tells_time_patience_and_each_features_last_completed_run(carried):
    make_run(job="quotes", finished_at=NOON - seconds(2))
    payload = heartbeat_at(NOON.astimezone(None) + timedelta(milliseconds=500))
    assert msgspec.json.decode(encode(payload)) == {
        "timestamp": 1795176000,
        "utc_iso": "2026-11-20T12:00:00.500000Z",
        "stale_after_seconds": 15,
        "features": {"a_feature": "2026-11-20T11:59:58Z"},
    }


def test_a_new_subscriber_is_shown_the_last_beat_with_what_is_known_now(carried):
    assert read_heartbeats([{}]) == [None]
    make_run(job=JOB, due_at=NOON)
    make_run(job="quotes", finished_at=NOON + seconds(2))
    (reading,) = read_heartbeats([{}])
    assert reading.as_of == reading.payload.utc_iso == NOON
    assert reading.payload.features == {"a_feature": NOON + seconds(2)}


def test_every_signed_in_user_may_read_it_and_nobody_else():
    assert HEARTBEAT.may_subscribe(get_user_model()(username="viewer"), {})
    assert not HEARTBEAT.may_subscribe(AnonymousUser(), {})
    assert list(HEARTBEAT.topics_for(get_user_model()(username="viewer"))) == ["heartbeat"]


def test_the_job_sends_it_to_whoever_listens():
    layer = get_channel_layer()
    async_to_sync(layer.group_add)(HEARTBEAT.group, "listener")
    HeartbeatJob().run(NOON)
    (publication,) = unpack(async_to_sync(layer.receive)("listener"))
    frame = msgspec.json.decode(publication.text)
    assert (frame["type"], frame["topic"], frame["data"]["utc_iso"]) == (
        "heartbeat",
        "heartbeat",
        "2026-11-20T12:00:00Z",
    )
    assert "offset" not in frame
