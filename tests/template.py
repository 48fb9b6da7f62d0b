"""A database that is migrated and has the calendars: made once, copied for each desk, which then starts in a second."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SQLITE = "sqlite:///"


def give_database(url: str) -> None:
    """Put the copy where this URL leads to, if that is a file that is not there yet."""
    path = Path(url.removeprefix(SQLITE))
    if url.startswith(SQLITE) and not path.exists():
        shutil.copy(_template(), path)


@lru_cache(maxsize=1)
def _template() -> Path:
    folder = tempfile.mkdtemp(prefix="thor-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder, "template.sqlite3")
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": f"{SQLITE}{path}"}
    for command in ("migrate", "load_calendars"):
        subprocess.run([sys.executable, "manage.py", command, "-v0"], cwd=ROOT, env=environ, check=True)
    return path
