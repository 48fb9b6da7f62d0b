"""What heartbeats show of every job, and other processes of none."""

from __future__ import annotations

import pytest

from jobs.tallies import Tallies
from jobs.tests.makers import make_declaration, make_registry
from thor_project.operations import job_metrics
from thor_project.operations.job_metrics import completions, intervals


class Known:
    @staticmethod
    def by_job() -> dict[str, float]:
        return {"quotes": 12.5}


@pytest.fixture
def tallies(monkeypatch):
    monkeypatch.setattr(job_metrics, "tallies", Tallies())
    monkeypatch.setattr(job_metrics, "last_runs", Known)
    monkeypatch.setattr(job_metrics, "registry", make_registry(make_declaration("quotes")))
    return job_metrics.tallies


def test_a_process_without_a_heartbeat_leaves_it_to_those_that_have_one(tallies):
    assert (completions(), intervals()) == ({}, {})


@pytest.mark.parametrize("leads", [True, False])
def test_a_heartbeat_tells_leading_or_following(tallies, leads):
    tallies.leads = leads
    assert (completions(), intervals()) == ({"quotes": 12.5}, {"quotes": 1.0})


def test_the_interval_is_the_one_that_is_really_kept(tallies, settings):
    tallies.leads, settings.TEMPO = True, 4
    assert intervals() == {"quotes": 0.25}
