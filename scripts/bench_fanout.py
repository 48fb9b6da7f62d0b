#!/usr/bin/env python
"""Compares how fast one message reaches many sockets: stock Channels, Thor, websockets, and a C loop as the limit.

The result are ratios within one run (`make bench`, about eight minutes on a quiet machine); the table goes to
docs/performance.md. `--quick` takes seconds and only prints.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.contestants import CONTESTANTS, Contestant, chosen
from bench.fanout_report import report
from bench.faults import BenchFault
from bench.machine import allow_files, cores, description
from bench.results import Results
from bench.rig import bench_in
from bench.rounds import Course, run
from bench.sections import write_section

DOCS = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
FULL = Course(sockets=(100, 500, 1000, 2000), seconds=1.5, rounds=3)
QUICK = Course(sockets=(50,), seconds=0.3, rounds=1)
MOST_SOCKETS, MOST_SECONDS = 5000, 30.0
HEADING = "## From one message to many sockets"


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ",".join(contestant.name for contestant in CONTESTANTS)
    parser.add_argument("--quick", action="store_true", help="one short round with 50 sockets")
    parser.add_argument("--sockets", default="", help="numbers of sockets, e.g. 100,500")
    parser.add_argument("--contenders", default="", help=f"some of {names}")
    parser.add_argument(
        "--seconds", type=float, help="of each saturated measurement; at 10 messages/s it is twice that"
    )
    parser.add_argument(
        "--docs", type=Path, help="write the section into this file; a full run writes docs/performance.md"
    )
    return parser.parse_args(arguments)


def course_of(given: argparse.Namespace) -> Course:
    usual = QUICK if given.quick else FULL
    sockets = _numbers(given.sockets) or usual.sockets
    seconds = usual.seconds if given.seconds is None else given.seconds
    if not 0.1 <= seconds <= MOST_SECONDS:
        raise BenchFault(f"--seconds {seconds}: between 0.1 and {MOST_SECONDS:g}")
    return Course(sockets, seconds, usual.rounds)


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise BenchFault(f"--sockets {text!r}: whole numbers, separated by commas") from None
    if any(not 1 <= number <= MOST_SOCKETS for number in numbers):
        raise BenchFault(f"--sockets {text!r}: each between 1 and {MOST_SOCKETS}")
    return numbers


def method(course: Course) -> str:
    pinned = "servers and Valkey pinned to one core, client and stock's publisher to another"
    return (
        f"Messages of 251 bytes on the loopback; {pinned if cores() else 'nothing pinned: there is one core only'}. "
        f"{course.rounds} round(s), {course.seconds:g} s saturated and {2 * course.seconds:g} s at 10 messages/s for each; "
        "median (least–most); ratios are taken within a round.\n"
        "Stock is the Channels tutorial's consumer and `group_send` from one publisher, whose CPU is not counted. "
        "Thor is measured from the nudge on, with its subscribers' offset logic. "
        "`one by one`: a write for each frame (Thor's tick is off). `8 at a time`: the limit puts 8 frames into a write; Thor is "
        "told 8 in a nudge and gathers what its tick brings, up to 128: `frames/segment` shows how many went together.\n"
        "`lost`: lost, repeated or out of order, of all repeats. "
        "`busy`: of the server's core, of the client's. `overload`: cannot keep up with 10 messages/s."
    )


def measure(course: Course, contestants: list[Contestant]) -> list[Results]:
    allow_files(max(course.sockets))
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return run(bench_in(Path(folder)), contestants, course)


def main(arguments: list[str]) -> int:
    given = options(arguments)
    try:
        course, contestants, machine = course_of(given), chosen(given.contenders), description()
        results = measure(course, contestants)
    except BenchFault as fault:
        sys.stderr.write(f"bench_fanout: {fault}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    text = report(results, machine, f"{datetime.now(UTC):%Y-%m-%d}", method(course))
    sys.stdout.write(text + "\n")
    is_full = not (given.quick or given.sockets or given.contenders)
    if path := given.docs or (DOCS if is_full else None):
        write_section(path, "bench_fanout", f"{HEADING}\n\n{text}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
