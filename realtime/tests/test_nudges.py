"""The way into the layer: from any thread, through one loop, without ever raising."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import CancelledError

import pytest
from channels.layers import get_channel_layer

from realtime import nudges as nudges_module
from realtime.nudges import Nudges, pack, unpack
from realtime.patience import Patience
from realtime.tests.layers import GatedLayer, HangingLayer, RaisingLayer, settings_of
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


def settled(nudges: Nudges) -> None:
    """Wait until nothing is under way any more."""
    for future in list(nudges._under_way):
        future.result(10)


@pytest.fixture
def gate(settings, monkeypatch):
    settings.CHANNEL_LAYERS = settings_of(GatedLayer)
    monkeypatch.setattr(GatedLayer, "is_open", False)
    return lambda is_open: monkeypatch.setattr(GatedLayer, "is_open", is_open)


def test_a_layer_that_hangs_is_waited_for_once(gate):
    nudges = Nudges(patience=0.05)
    for _ in range(20):
        nudges.send("feature.x", [ONE])
    assert len(nudges._under_way) > 1  # waiting for each, only the last could be
    assert not nudges.is_answering
    settled(nudges)
    assert (nudges.sent, nudges.late) == (0, 20)
    nudges.close()


def test_the_first_that_gets_through_brings_the_waiting_back(gate):
    nudges = Nudges(patience=0.05)
    nudges.send("feature.x", [ONE])
    assert not nudges.is_answering
    gate(True)
    nudges.send("feature.x", [ONE])
    settled(nudges)
    assert nudges.is_answering
    assert (nudges.sent, nudges.late, nudges.lost) == (1, 1, 0)
    nudges.close()


def test_while_the_layer_hangs_not_more_than_so_many_are_under_way(gate, monkeypatch):
    nudges = Nudges(patience=0.05)
    monkeypatch.setattr(nudges, "_patience", Patience(0.0, most=2))
    nudges._patience.late(1)
    for _ in range(5):
        nudges.send("feature.x", [ONE])
    assert len(nudges._under_way) == 2
    assert nudges.lost == 3
    nudges.close()


def test_where_the_loop_is_busy_the_caller_waits_no_longer(nudges, sent):
    """The loop cannot tell by itself that it is late."""
    nudges.send("feature.x", [ONE])
    nudges._patience = Patience(0.01)
    go_on = threading.Event()
    own_loop(nudges).call_soon_threadsafe(go_on.wait, 10)
    nudges.send("feature.x", [ONE])
    assert not nudges.is_answering
    go_on.set()
    settled(nudges)
    assert nudges.is_answering


async def test_beside_a_server_nobody_waits_for_its_loop(nudges, memory_layer):
    nudges.attach(asyncio.get_running_loop())
    sender = threading.Thread(target=nudges.send, args=("feature.x", [ONE]))
    sender.start()
    sender.join(10)  # on purpose in the loop's own thread, which so serves nobody
    assert not sender.is_alive()
    assert nudges.is_answering
    await asyncio.gather(*map(asyncio.wrap_future, list(nudges._under_way)))
    assert nudges.sent == 1


def test_what_cannot_even_be_packed_is_lost_without_a_word_to_the_caller(nudges, sent):
    nudges.send("feature.x", [object()])
    assert sent == []


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
