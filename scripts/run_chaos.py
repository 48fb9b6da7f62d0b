#!/usr/bin/env python
"""Strikes a whole Thor with faults while data flows, and says whether anything was lost unseen (`make chaos`).

Two web processes, a heartbeat, PostgreSQL, Valkey, 200 clients; ten minutes; the table goes to docs/performance.md.
`--short` takes half a minute and only prints. Ends with 1 where a client ended wrong, 2 where it could not be run.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.faults import BenchFault  # noqa: E402
from bench.machine import allow_files, description  # noqa: E402
from bench.sections import write_section  # noqa: E402
from chaos.course import Course, run  # noqa: E402
from chaos.faults import chosen  # noqa: E402
from chaos.processes import CannotRun  # noqa: E402
from chaos.report import as_data, report  # noqa: E402
from chaos.stack import Size  # noqa: E402

DOCS = ROOT / "docs" / "performance.md"
HEADING = "## Under faults"
MOST_MINUTES, MOST_CLIENTS = 120.0, 1000
SHORT_PACE, SHORT_WATCH, SHORT_PATIENCE = 0.4, 1.3, 5.0


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="one round of the most telling faults, shortened")
    parser.add_argument("--minutes", type=float, default=10.0, help="default: %(default)g")
    parser.add_argument("--clients", type=int, help="default: 200, in the short form 40")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is left to chance")
    parser.add_argument("--faults", default="", help="words in the names of those that are wanted, separated by commas")
    parser.add_argument("--no-healing", action="store_true", help="turn the hubs' healing off: then it must fail")
    parser.add_argument("--docs", type=Path, help="write the section into this file; a full run: docs/performance.md")
    parser.add_argument("--json", type=Path, help="write the findings into this file, too")
    return parser.parse_args(arguments)


def size_of(given: argparse.Namespace) -> Size:
    clients = given.clients if given.clients is not None else 40 if given.short else 200
    if not 1 <= clients <= MOST_CLIENTS:
        raise CannotRun(f"--clients {clients}: between 1 and {MOST_CLIENTS}")
    size = Size(clients, heals=not given.no_healing, seed=given.seed)
    return replace(size, a_second=16.0, venues=False, longest_wait=1.0) if given.short else size


def course_of(given: argparse.Namespace) -> Course:
    if not 0 < given.minutes <= MOST_MINUTES:
        raise CannotRun(f"--minutes {given.minutes:g}: more than 0, at most {MOST_MINUTES:g}")
    faults = chosen(given.faults)
    if not given.short:
        return Course(faults, 60 * given.minutes)
    return Course(
        [fault for fault in faults if fault.is_short or given.faults], 0, SHORT_PACE, SHORT_WATCH, SHORT_PATIENCE
    )


def main(arguments: list[str]) -> int:
    given = options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what we started ends with us
    folder = Path(tempfile.mkdtemp(prefix="thor-chaos-"))
    try:
        size, course, began = size_of(given), course_of(given), time.monotonic()
        allow_files(2 * size.clients)
        machine = description()
        found = run(folder, size, course, lambda line: print(f"  · {line}", flush=True))
    except (CannotRun, BenchFault, AssertionError) as trouble:
        sys.stderr.write(f"run_chaos: {trouble} (logs: {folder})\n")
        return 2
    text = report(found, size, time.monotonic() - began, machine)
    sys.stdout.write(text + "\n")
    if given.json:
        given.json.write_text(json.dumps(as_data(found)))
    is_full = not (given.short or given.faults or given.no_healing)
    if path := given.docs or (DOCS if is_full and not found.failures else None):
        write_section(path, "run_chaos", f"{HEADING}\n\n{text}")
    if found.failures:
        sys.stderr.write(f"run_chaos: {found.failures[0]} (logs: {folder})\n")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
