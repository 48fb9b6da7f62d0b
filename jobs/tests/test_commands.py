"""What an operator sees of the jobs, and the heartbeat as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from jobs.management.commands import run_heartbeat
from jobs.models import JobRun, Outcome
from jobs.registry import registry
from jobs.tests.makers import NOON, make_declaration, make_job, make_registry, make_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def table(monkeypatch):
    """The lines that `manage.py jobs` prints of three jobs of ours."""
    jobs = make_registry(
        make_declaration("quotes", features=("positions", "intraday")),
        make_declaration("bars"),
        make_declaration("weekly"),
    )
    monkeypatch.setattr(registry, "_declarations", jobs._declarations)

    def lines() -> list[str]:
        out = StringIO()
        call_command("jobs", stdout=out)
        return [" ".join(line.split()) for line in out.getvalue().splitlines()]

    return lines


@pytest.mark.django_db
def test_the_table_shows_each_jobs_last_run(table):
    make_run(due_at=NOON - timedelta(seconds=1), outcome=Outcome.FAILED, error="ValueError: earlier")
    make_run(started_at=NOON + timedelta(milliseconds=5), finished_at=NOON + timedelta(milliseconds=35))
    make_run(job="bars", outcome=Outcome.FAILED, error="ValueError: no bars")
    header, quotes, bars, weekly, leader = table()
    assert header == "job every features last run due lateness duration outcome"
    assert quotes == "quotes 1 s positions, intraday 2026-11-20 12:00:00Z 0.005 s 0.030 s completed"
    assert bars == "bars 1 s – 2026-11-20 12:00:00Z 0.000 s 0.000 s failed: ValueError: no bars"
    assert weekly == "weekly 1 s – never – – –"
    assert leader == "led by nobody"


@pytest.mark.django_db
def test_a_run_that_goes_on_has_no_duration_yet(table):
    make_run(job="bars", outcome=Outcome.RUNNING)
    assert table()[2] == "bars 1 s – 2026-11-20 12:00:00Z – – running"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_either_signal_ends_the_heartbeat(monkeypatch, number):
    def signal_ourselves(now):
        os.kill(os.getpid(), number)

    jobs = make_registry(make_declaration(work=make_job(signal_ourselves), every=timedelta(days=1)))
    monkeypatch.setattr(registry, "_declarations", jobs._declarations)
    monkeypatch.setattr(run_heartbeat, "calm_garbage_collector", lambda: None)  # this process goes on to other tests
    out = StringIO()
    call_command("run_heartbeat", stdout=out)
    assert out.getvalue() == ""
    assert JobRun.objects.get().outcome == Outcome.COMPLETED


def test_the_heartbeat_process_ends_when_it_is_told_to(tmp_path):
    environ = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/beat.sqlite3", "PYTHONUNBUFFERED": "1"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0", "--skip-checks"], cwd=ROOT, env=environ, check=True, timeout=60)
    with subprocess.Popen(
        [*manage, "run_heartbeat", "--skip-checks"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert any("heartbeat.started" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    assert "heartbeat.stopped" in rest.splitlines()[-1]
    assert process.returncode == 0
