"""The load bench in small: both kinds of dashboards are served, and what they cost is counted."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"


def figures_of(line):
    name, *cells = (cell.strip() for cell in line.split("|")[1:5])
    return name, [float(cell.replace(",", "")) for cell in cells]


def test_pollers_ask_and_sockets_do_not():
    command = [sys.executable, str(SCRIPTS / "bench_load.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    rows = dict(
        figures_of(line)
        for line in done.stdout.splitlines()
        if re.match(r"\| [a-zA-Z ,]+ \| \d", line) and "polling" not in line
    )
    requests, frames, queries = (rows[name] for name in ("REST requests", "frames", "database queries"))
    few, polling, sockets = range(3)
    assert min(requests[few], requests[polling]) > 0 == requests[sockets]
    assert frames[sockets] > 0 == frames[few] == frames[polling]
    assert min(queries[few], queries[polling]) > queries[sockets]
    assert "Faults: 0 polling, 0 on sockets" in done.stdout
