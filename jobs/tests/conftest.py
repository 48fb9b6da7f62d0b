"""Fixtures for runs in real threads: none outlives its test."""

from __future__ import annotations

import pytest

from jobs.tests.makers import Hanging, await_event


class Hangings(list):
    """The hanging jobs of a test, let go at its end."""

    def make(self, **differing) -> Hanging:
        self.append(Hanging(**differing))
        return self[-1]


@pytest.fixture
def hangings(transactional_db):
    made = Hangings()
    yield made
    for hanging in made:
        hanging.let_go.set()


@pytest.fixture
def follow(hangings):
    """Call it with each run that a test starts: it is waited for at the end."""
    runs: list = []
    yield runs.extend
    for hanging in hangings:
        hanging.let_go.set()
    for run in runs:
        await_event(run.stopped, f"the thread of {run.due} ends")
        await_event(run.renewed, f"nobody renews the claim of {run.due}")
        if run.is_abandoned:
            await_event(run.released, f"the database lets {run.due} go")
