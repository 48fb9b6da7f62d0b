"""So many requests at a time; the others wait, and whoever finds the line full is told to come back."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from thor_project.turnstile import Turnstile


class Work:
    """An application whose requests end when they are told to."""

    def __init__(self):
        self.inside, self.most, self.let_go = 0, 0, asyncio.Event()

    async def __call__(self, scope, receive, send):
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.let_go.wait()
        finally:
            self.inside -= 1


async def ask(application, path="/api/desk/"):
    said = []

    async def send(message):
        said.append(message)

    await application({"type": "http", "path": path}, None, send)
    return said


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_only_so_many_are_inside_and_all_get_their_turn():
    work = Work()
    turnstile = Turnstile(work, at_once=2)
    asking = [asyncio.create_task(ask(turnstile)) for _ in range(5)]
    await settle()
    assert work.inside == 2
    work.let_go.set()
    await asyncio.gather(*asking)
    assert (work.inside, work.most) == (0, 2)


async def test_who_finds_the_line_full_is_told_to_come_back():
    work = Work()
    turnstile = Turnstile(work, at_once=1, line=1)
    asking = [asyncio.create_task(ask(turnstile)) for _ in range(2)]
    await settle()
    start, body = await ask(turnstile)
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"5")
    assert msgspec.json.decode(body["body"])["status"] == 503
    work.let_go.set()
    await asyncio.gather(*asking)


async def test_whether_it_is_well_is_answered_past_the_line():
    work = Work()
    turnstile = Turnstile(work, at_once=1)
    asking = [asyncio.create_task(ask(turnstile)), asyncio.create_task(ask(turnstile, "/readyz"))]
    await settle()
    assert work.inside == 2
    work.let_go.set()
    await asyncio.gather(*asking)


async def test_who_goes_away_while_he_waits_or_works_leaves_his_place():
    work = Work()
    turnstile = Turnstile(work, at_once=1)
    inside, waiting = (asyncio.create_task(ask(turnstile)) for _ in range(2))
    await settle()
    for gone in (waiting, inside):
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
    third = asyncio.create_task(ask(turnstile))
    await settle()
    assert (work.inside, turnstile._waiting) == (1, 0)
    work.let_go.set()
    await third
