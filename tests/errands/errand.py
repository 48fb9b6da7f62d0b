"""The job: each run adds a line to the file, with its due time and its process, and hangs while it is held."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from jobs.registry import Declaration, seconds

FILE = "ERRANDS_FILE"
"""The variable that names the file."""
STEP_SECONDS = 0.02


def hold_of(file: Path) -> Path:
    """While this is there, whichever run begins stays in the middle of its work, and says so in it."""
    return file.with_suffix(".hold")


class Errand:
    def run(self, now: datetime) -> None:
        file = Path(os.environ[FILE])
        add(file, now)
        if hold_of(file).exists():
            add(hold_of(file), now)
        while hold_of(file).exists():
            time.sleep(STEP_SECONDS)


def add(file: Path, now: datetime) -> None:
    with file.open("a") as lines:
        lines.write(f"{now.isoformat()} {os.getpid()}\n")


ERRAND = Declaration("errand", seconds(1), (), timedelta(minutes=15), Errand)
"""Its timeout is longer than any test is patient."""
