"""The way into the layer: from any thread, through one loop, without ever raising."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import CancelledError

import pytest
from channels.layers import get_channel_layer

from realtime import nudges as nudges_module
from realtime.nudges import Nudges, pack, unpack
from realtime.tests.layers import HangingLayer, RaisingLayer, settings_of
from realtime.tests.lines import make_publication

ONE = make_publication(1)


def own_loop(nudges: Nudges) -> asyncio.AbstractEventLoop:
    assert nudges._own is not None
    return nudges._own[1]


@pytest.fixture
def nudges():
    made = Nudges()
    yield made
    made.close()


def test_a_message_is_unpacked_as_it_was_packed():
    message = pack([ONE, make_publication(2)])
    assert message["type"] == "nudge"
    assert isinstance(message["publications"], bytes)
    assert unpack(message) == [ONE, make_publication(2)]


def test_without_a_server_one_loop_of_its_own_is_kept(nudges, sent):
    nudges.send("feature.x", [ONE])
    first = own_loop(nudges)
    nudges.send("feature.x", [ONE])
    assert own_loop(nudges) is first
    assert [group for group, _ in sent] == ["feature.x", "feature.x"]


async def test_with_a_server_its_loop_is_used(nudges, memory_layer):
    layer = get_channel_layer()
    await layer.group_add("feature.x", "me")
    nudges.attach(asyncio.get_running_loop())
    await asyncio.to_thread(nudges.send, "feature.x", [ONE])
    assert unpack(await layer.receive("me")) == [ONE]
    assert nudges._own is None


async def test_in_the_loops_own_thread_nobody_waits(nudges, memory_layer):
    layer = get_channel_layer()
    await layer.group_add("feature.x", "me")
    nudges.attach(asyncio.get_running_loop())
    nudges.send("feature.x", [ONE])
    assert unpack(await asyncio.wait_for(layer.receive("me"), 5)) == [ONE]


async def test_after_the_server_its_own_loop_serves_again(nudges, sent):
    loop, other = asyncio.get_running_loop(), asyncio.new_event_loop()
    await asyncio.to_thread(nudges.send, "a", [ONE])
    nudges.attach(loop)
    nudges.detach(other)
    await asyncio.to_thread(nudges.send, "b", [ONE])
    nudges.detach(loop)
    await asyncio.to_thread(nudges.send, "c", [ONE])
    other.close()
    nudges.attach(other)
    await asyncio.to_thread(nudges.send, "d", [ONE])
    assert [group for group, _ in sent] == ["a", "b", "c", "d"]


def test_a_process_that_was_forked_has_loops_of_its_own(nudges, sent, monkeypatch):
    nudges.send("a", [ONE])
    parents = own_loop(nudges)
    nudges.attach(parents)
    monkeypatch.setattr(nudges_module.os, "getpid", lambda: -1)
    nudges.send("b", [ONE])
    assert own_loop(nudges) is not parents
    nudges.close()
    nudges._own = (os.getpid() - 1, parents)
    nudges.close()
    monkeypatch.undo()
    nudges._own = (os.getpid(), parents)


@pytest.mark.parametrize("layer", [RaisingLayer, HangingLayer])
def test_what_cannot_be_sent_is_lost_without_a_word_to_the_caller(settings, layer):
    settings.CHANNEL_LAYERS = settings_of(layer)
    nudges = Nudges(patience=0.01)
    nudges.send("feature.x", [ONE])
    nudges.close()


def test_many_publications_go_in_portions(nudges, sent, monkeypatch):
    monkeypatch.setattr(nudges_module, "PUBLICATIONS_A_MESSAGE", 2)
    publications = [make_publication(offset) for offset in range(1, 6)]
    nudges.send("feature.x", publications)
    assert [len(unpack(message)) for _, message in sent] == [2, 2, 1]
    assert [one for _, message in sent for one in unpack(message)] == publications


def test_closing_ends_what_hangs(nudges, sent):
    nudges.send("feature.x", [ONE])
    hanging = asyncio.run_coroutine_threadsafe(asyncio.Event().wait(), own_loop(nudges))
    nudges.close()
    with pytest.raises(CancelledError):
        hanging.result(10)
