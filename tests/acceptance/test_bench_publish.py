"""The benches of publishing and of the heartbeat in small: they run, what they publish is heard, and their tables come out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"
PATIENCE = 120


def bench(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / name), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_publishing_is_measured_and_written_between_markers(tmp_path):
    docs = tmp_path / "performance.md"
    done = bench("bench_publish.py", "--quick", "--docs", str(docs))
    assert done.returncode == 0, done.stderr
    text = docs.read_text()
    assert "<!-- begin: bench_publish -->" in text
    assert "| SQLite, open bars that move " in text
    assert "| another process, by Valkey " in text


def test_the_heartbeat_ticks_while_jobs_and_redis_hang():
    done = bench("bench_heartbeat.py", "--seconds", "5", "--databases", "sqlite")
    assert done.returncode == 0, done.stderr
    ours = next(line for line in done.stdout.splitlines() if line.startswith("| SQLite "))
    assert int(ours.split("|")[3]) >= 4
    assert "| bench_raises " in done.stdout


def test_a_wrong_option_is_one_line():
    done = bench("bench_heartbeat.py", "--seconds", "1")
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
