"""The scale bench in small: every part's cost is there, and more symbols cost the web process more."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"


def test_each_part_s_cost_is_counted():
    command = [sys.executable, str(SCRIPTS / "bench_scale.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if re.match(r"\| \d", line)]
    one, many = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    assert (one[0], many[0]) == ("1", "200")
    publisher, database, _, web = (float(cell) for cell in many[3:])
    assert min(publisher, database, web) > 0
