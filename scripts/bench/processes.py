"""Child processes of the bench: started on a core, waited for by what they say, ended with us."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.faults import BenchFault
from bench.machine import child_of_ours

SCRIPTS = Path(__file__).resolve().parent.parent
ROOT = SCRIPTS.parent
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
PATIENCE_SECONDS = 60.0


class Child:
    """One process. Whatever it writes to stderr goes to a file, and into the fault if it fails."""

    def __init__(
        self, name: str, command: Sequence[str], folder: Path, core: int | None, fds: Sequence[int] = ()
    ) -> None:
        self.name = name
        self._errors = folder / f"{name.replace(' ', '-')}.log"
        with self._errors.open("ab") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env=environment(folder),
                pass_fds=fds,
                preexec_fn=child_of_ours(core),  # noqa: PLW1509 - this process has one thread
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._fault("has ended") from None

    def hear(self, patience: float = PATIENCE_SECONDS) -> str:
        """The next line that it says."""
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        if not select.select([self._process.stdout], [], [], patience)[0]:
            raise self._fault(f"said nothing for {patience:.0f} s")
        line = self._process.stdout.readline().decode().strip()
        if not line:
            raise self._fault("has ended")
        return line

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _fault(self, what: str) -> BenchFault:
        said = self._errors.read_text(errors="replace").strip().splitlines()
        return BenchFault(f"{self.name} {what}" + (f": {said[-1]}" if said else ""))


def environment(folder: Path) -> dict[str, str]:
    """The little that a server sees: Thor's own settings, on a database that is thrown away."""
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "PYTHONPATH": f"{SCRIPTS}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "thor_project.settings",
        "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
        "SECRET_KEY": "bench",
        "LOG_LEVEL": "WARNING",
    }


def python(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > deadline:
            raise BenchFault(f"{what} does not listen")
        time.sleep(0.02)
