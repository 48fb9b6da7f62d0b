"""The run's own processes: started with a little environment, told and heard by lines, killed, and started again."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.machine import child_of_ours

from chaos.losses import Life
from chaos.switches import FOLDER, NAME

SCRIPTS = Path(__file__).resolve().parent.parent
ROOT = SCRIPTS.parent
PATIENCE_SECONDS = 60.0
KEPT = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


class CannotRun(Exception):
    """A process of the run ended or said nothing: the message is one line that names it."""


class Process:
    """One process at a time under this name. What it logs is in the folder's `NAME.log`."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> None:
        self.name = name
        self.lives: list[Life] = []
        self._command = [sys.executable, *command]
        self._log = folder / f"{name}.log"
        self._environ = environment(folder, name) | dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._began = self._ended = 0.0

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env=self._environ,
                preexec_fn=child_of_ours(None) if sys.platform == "linux" else None,  # noqa: PLW1509 - we have one thread
            )
        self._began, self._ended = time.time(), 0.0

    def is_ready(self) -> None:
        """From now on it should hear everything."""
        self._began = time.time()

    def run(self) -> None:
        """Start it and wait for its end; CannotRun where it failed."""
        self.start()
        if self._running.wait(PATIENCE_SECONDS) != 0:
            raise self._trouble("failed")
        self._close()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def has_ended(self) -> None:
        """Wait for a process that ends by itself."""
        try:
            self._running.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise self._trouble("did not end") from None
        self._close()

    def freeze(self) -> None:
        self._running.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running.send_signal(signal.SIGCONT)

    def tell(self, line: str) -> None:
        assert self._running.stdin is not None  # noqa: S101 - it was asked for
        try:
            self._running.stdin.write(line.encode() + b"\n")
            self._running.stdin.flush()
        except BrokenPipeError:
            raise self._trouble("has ended") from None

    def hear(self, patience: float = PATIENCE_SECONDS) -> str:
        """The next line that it says."""
        assert self._running.stdout is not None  # noqa: S101 - it was asked for
        if not select.select([self._running.stdout], [], [], patience)[0]:
            raise self._trouble(f"said nothing for {patience:.0f} s")
        line = self._running.stdout.readline().decode().strip()
        if not line:
            raise self._trouble("has ended")
        return line

    def ask(self, command: str, *arguments: Any) -> dict[str, Any]:
        """A command in JSON, and its answer."""
        self.tell(json.dumps([command, *arguments]))
        return dict(json.loads(self.hear()))

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise CannotRun(f"{self.name} is not running")
        return self._process

    def _end(self, number: int) -> None:
        if self._process is None:
            return
        self._ended = time.time()
        self._process.send_signal(number)
        self._process.send_signal(signal.SIGCONT)
        self.has_ended()

    def _close(self) -> None:
        process, self._process = self._running, None
        self.lives.append(Life(self.name, process.pid, self._began, self._ended or time.time()))
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _trouble(self, what: str) -> CannotRun:
        said = [line for line in self.log.splitlines() if line.strip()]
        return CannotRun(f"{self.name} {what}" + (f": {said[-1].strip()}" if said else ""))


def environment(folder: Path, name: str) -> dict[str, str]:
    """The little that a process of the run sees of the environment."""
    return {key: os.environ[key] for key in KEPT if key in os.environ} | {
        "PYTHONPATH": f"{SCRIPTS}{os.pathsep}{ROOT}",
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "chaos.settings",
        "SECRET_KEY": "chaos",
        "LOG_LEVEL": "WARNING",
        FOLDER: str(folder),
        NAME: name,
    }
