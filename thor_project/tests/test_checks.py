"""What production refuses to start with, all of it told at once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from thor_project import env
from thor_project.checks import production_faults
from thor_project.env import ROOT, EnvironmentFault

SECRET = "gZ4kQ9xW2mT7pL0vR5bN8cY3hJ6dF1sA-uEoIqXzKwMyVtBnPlSd"
GOOD = {"PRODUCTION": "true", "SECRET_KEY": SECRET, "ALLOWED_HOSTS": "desk.example", "TLS": "true", "PROXIES": "1"}


def faults(**differing: str) -> str:
    """What is wrong with the environment; nothing where it starts."""
    try:
        env.read(GOOD | differing)
    except EnvironmentFault as fault:
        return str(fault)
    return ""


def test_what_is_for_production_starts():
    assert faults() == faults(METRICS_TOKEN="p4Vd9sKz1QxW7mBt") == ""


def test_development_starts_with_anything():
    assert list(production_faults(env.read({"DEBUG": "true", "ALLOWED_HOSTS": "*"}))) == []


@pytest.mark.parametrize(
    ("differing", "fault"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": SECRET[:49]}, "SECRET_KEY can be guessed"),
        ({"SECRET_KEY": "abc" * 30}, "SECRET_KEY can be guessed"),
        ({"SECRET_KEY": "django-insecure-" + SECRET}, "SECRET_KEY is a default"),
        ({"SECRET_KEY": "please-CHANGE-me-" + SECRET}, "SECRET_KEY is a default"),
        ({"METRICS_TOKEN": "abcdefgh"}, "METRICS_TOKEN can be guessed"),
        ({"DEBUG": "true"}, "DEBUG=true"),
        ({"ALLOWED_HOSTS": "desk.example,*"}, "ALLOWED_HOSTS=* names"),
        ({"ALLOWED_HOSTS": ".example"}, "ALLOWED_HOSTS=.example names"),
        ({"ALLOWED_HOSTS": ","}, "ALLOWED_HOSTS= names no hosts"),
        ({"TLS": "false"}, "TLS=false"),
    ],
)
def test_what_is_refused_is_named(differing, fault):
    told = faults(**differing)
    assert fault in told
    assert ";" not in told, "nothing else is wrong"


def test_all_faults_are_told_at_once_and_no_secret():
    told = faults(SECRET_KEY="short", DEBUG="true", ALLOWED_HOSTS="*", TLS="false", PORT="eighty")
    assert all(name in told for name in ("SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "TLS", "PORT"))
    assert "short" not in told


def manage(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite://:memory:", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_command_runs_with_a_fault_and_djangos_own_checks_pass_without():
    refused = manage({"PRODUCTION": "true", "DEBUG": "true"}, "check")
    assert refused.returncode != 0
    assert all(name in refused.stderr for name in ("SECRET_KEY", "DEBUG=true", "TLS=false"))
    passed = manage(GOOD, "check", "--deploy", "--tag", "security", "--fail-level", "WARNING")
    assert passed.returncode == 0, passed.stderr
