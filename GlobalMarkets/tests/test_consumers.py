"""The dashboard's socket: it is called at the roll while it is open, and what it acknowledges counts."""

from __future__ import annotations

import pytest

from cutover.presence import presence_of
from GlobalMarkets.consumers import MarketDataConsumer, browser_of
from identity.models import Role
from identity.tests.factories import make_user
from realtime.contract import Cursor
from realtime.testing import in_thread
from realtime.tests.desk import Desk, until


@pytest.fixture
async def presence(hub):
    return presence_of(hub)


async def dashboard(role=Role.VIEWER, path="/ws/?subscribe=manual"):
    desk = Desk(await in_thread(lambda: make_user(role, role=role)), path, MarketDataConsumer)
    await desk.open()
    return desk


def present(presence):
    return [one for one in (each.present for each in presence.dashboards) if one is not None]


async def test_a_dashboard_counts_while_it_follows_the_stages(presence):
    desk = await dashboard()
    await until(lambda: len(presence.dashboards) == 1)
    assert present(presence) == []
    await desk.subscribe("stages")
    await desk.until("subscribed")
    assert [one.acknowledged for one in present(presence)] == [None]
    for _ in range(2):
        await desk.say(type="stages_ack", cursor="e:4")
        await desk.quiet()
    assert [one.acknowledged for one in present(presence)] == [Cursor("e", 4)]
    await desk.leave()
    await until(lambda: not presence.dashboards)


async def test_the_probe_is_no_dashboard(presence):
    desk = await dashboard(Role.PROBE)
    await desk.subscribe("stages")
    await desk.until("subscribed")
    assert (len(presence.dashboards), present(presence)) == (1, [])
    await desk.leave()


def test_a_browser_is_known_by_its_session_and_its_name():
    class Session:
        session_key = "s"

    assert browser_of({"session": Session(), "headers": [(b"user-agent", b"firefox")]}) == ("s", "firefox")
    assert browser_of({"headers": []}) == ("", "")
