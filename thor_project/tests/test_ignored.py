"""What git must never be given: secrets and backups, where the documents have an operator put them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from thor_project.env import ROOT

SECRET = (
    ".env",
    ".env.before",
    "deploy/tls/tls.crt",
    "deploy/tls/tls.key",
    "deploy/prometheus/metrics-token",
    "thor.dump",
    "thor.backup",
    "var/secret-key",
    "var/thor.sqlite3",
)
KEPT = (".env.example", "deploy/env.example", "deploy/prometheus/prometheus.yml", "docker-compose.yml")


@pytest.fixture
def git() -> str:
    found = shutil.which("git")
    if found is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    return found


def ignored(git: str, *paths: str) -> list[str]:
    """Of the paths those that git would not take, there or not."""
    command = [git, "check-ignore", "--no-index", *paths]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()


def test_git_ignores_secrets_and_backups_and_keeps_the_examples(git: str):
    assert ignored(git, *SECRET, *KEPT) == list(SECRET)
