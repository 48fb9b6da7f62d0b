"""Writes a recording to rehearse a cutover on: New York's sessions from autumn 2024 on, whose every minute has another price."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.recordings import recording, sessions_of

SESSIONS = 60
FIRST = date(2024, 10, 7)
"""Thor ships the calendars from 2021 on: nothing has to be built at the start."""


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="where to write it, e.g. var/rehearsal.csv")
    parser.add_argument("--sessions", type=int, default=SESSIONS, help=f"how many (default {SESSIONS})")
    given = parser.parse_args()
    given.file.parent.mkdir(parents=True, exist_ok=True)
    recording(given.file, sessions_of("SPY", given.sessions, FIRST))
    print(f"{given.file}: {given.sessions} sessions of SPY")


if __name__ == "__main__":
    main()
