"""What the bench asks of the machine: a compiler, cores to pin to, the CPU seconds and memory of a process."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bench.faults import BenchFault

SOURCES = Path(__file__).resolve().parent
PR_SET_PDEATHSIG = 1
SPARE_FILES = 200


def compiled(name: str, folder: Path) -> Path:
    """The program made of `NAME.c`, in `folder`. BenchFault where it cannot be made here."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if platform.system() != "Linux":
        raise BenchFault(f"the bench's client needs Linux (epoll), this is {platform.system()}")
    if compiler is None:
        raise BenchFault(
            "there is no C compiler (cc): the bench's client and the limit are C; install gcc and libc6-dev"
        )
    program = folder / name
    made = subprocess.run(
        [compiler, "-O2", "-o", str(program), str(SOURCES / f"{name}.c")], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise BenchFault(f"{name}.c does not compile: {made.stderr.strip().splitlines()[0]}")
    return program


def cores() -> tuple[int, int] | None:
    """A core for the servers and one for everybody else (first and last are no siblings); None where there is but one."""
    usable = sorted(os.sched_getaffinity(0))
    return (usable[-1], usable[0]) if len(usable) > 1 else None


def child_of_ours(core: int | None) -> Callable[[], None]:
    """What a child does before it starts: stays on its core, and ends when we end, however that is."""
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if core is not None:
            os.sched_setaffinity(0, {core})

    return prepare


def allow_files(sockets: int) -> None:
    """Raise this process's and its children's bound of open files; BenchFault where the machine does not allow it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = sockets + SPARE_FILES
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BenchFault(f"{sockets} sockets need {needed} open files, this machine allows {hard} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))


def cpu_seconds(pids: Sequence[int]) -> float:
    """What these processes have used so far, all their threads, exact to the microsecond."""
    return sum(time.clock_gettime((~pid << 3) | 2) for pid in pids)  # the clock that clock_getcpuclockid(3) names


class CpuUse:
    """What processes use from now on, those included that begin meanwhile; who has ended is not counted."""

    def __init__(self, pids: Callable[[], Sequence[int]]) -> None:
        self._pids = pids
        self._before = self._used()

    def seconds(self) -> float:
        return sum(used - self._before.get(pid, 0.0) for pid, used in self._used().items())

    def _used(self) -> dict[int, float]:
        used = {}
        for pid in self._pids():
            with suppress(OSError):  # it has just ended
                used[pid] = cpu_seconds([pid])
        return used


def resident_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def description() -> str:
    """The machine in one line."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    load = os.getloadavg()[0]
    system = f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores ({model}), {system}; load {load:.1f} at the start"
