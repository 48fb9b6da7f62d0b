"""scripts/check_cutover_status.py, run directly and piped into the shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "check_cutover_status.py"
CANNOT_TELL = 2


@pytest.fixture
def environ(tmp_path):
    """The environment of a migrated database on which no heartbeat ever ran."""
    given = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/status.sqlite3"}
    migrate = [sys.executable, "manage.py", "migrate", "-v0", "--skip-checks"]
    subprocess.run(migrate, cwd=ROOT, env=given, check=True, timeout=120)
    return given


def test_directly_from_anywhere_and_piped(environ, tmp_path):
    direct = subprocess.run(
        [sys.executable, str(SCRIPT), "--json"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert direct.returncode == CANNOT_TELL, direct.stderr
    assert json.loads(direct.stdout)["overall"] == "SHADOW MODE"
    piped = subprocess.run(
        [sys.executable, "manage.py", "shell"],
        cwd=ROOT,
        env=environ,
        input=SCRIPT.read_text(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert piped.returncode == CANNOT_TELL, piped.stderr
    assert "SHADOW MODE" in piped.stdout
    assert "no heartbeat ever ran" in piped.stdout


def test_a_database_that_is_not_migrated_is_an_answer_not_a_crash(tmp_path):
    environ = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    found = subprocess.run(
        [sys.executable, str(SCRIPT)], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert found.returncode == CANNOT_TELL, found.stderr
    assert "the database cannot be read (no such table" in found.stdout
