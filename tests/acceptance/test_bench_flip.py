"""The flip bench in small: every dashboard hears, acknowledges and is counted, and its table comes out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"


def test_each_move_is_heard_acknowledged_and_counted():
    command = [sys.executable, str(SCRIPTS / "bench_flip.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines() if "(1)" in line]
    (rollbacks,) = [row for row in rows if row[0] == "rollbacks (1)"]
    assert all(float(cell.split()[0]) > 0 for cell in rollbacks[1:])
    assert "10 dashboards on one web process" in done.stdout
