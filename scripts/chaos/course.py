"""One run: fault after fault while events and states flow, then everything stands still and is judged."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chaos.faults import Fault
from chaos.judgement import Evidence, Findings, findings
from chaos.processes import CannotRun, Process
from chaos.stack import Size, Stack, running
from chaos.windows import Window

CATCHES_UP_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Course:
    """`seconds`: until when another round of all faults begins; 0 is one round. `pace` shortens each fault.

    `watch`: seconds after a fault; `patience`: seconds for the clients to be at the end what the database is.
    """

    faults: Sequence[Fault]
    seconds: float
    pace: float = 1.0
    watch: float = 3.0
    patience: float = 10.0


def run(folder: Path, size: Size, course: Course, tell: Callable[[str], None]) -> Findings:
    """Everything is started, struck, and judged at the end."""
    with running(folder, size) as stack:
        tell(f"{size.clients} clients are connected")
        time.sleep(course.watch)
        windows = [strike(stack, fault, course, tell) for fault in plan(course, size.seed)]
        connections = stack.database.connections()
        stand_still(stack)
        truth = truth_of(stack)
        wrong = stack.crowd.ask("settle", str(truth), course.patience)["wrong"]
        judged = stack.crowd.ask("judge", str(folder), windows)
        for web in stack.webs:
            web.kill()
        lives = [life for web in stack.webs for life in web.lives]
        return findings(
            course.faults, Evidence(folder, windows, judged["windows"], wrong, lives, judged["status"], connections)
        )


def plan(course: Course, seed: int) -> Iterator[Fault]:
    """Rounds of all faults, each in an order of its own, until the time is over."""
    chance, began = random.Random(seed), time.monotonic()  # noqa: S311 - chance, not secrecy
    while True:
        for fault in chance.sample(course.faults, len(course.faults)):
            yield fault
            if course.seconds and time.monotonic() - began >= course.seconds:
                return
        if not course.seconds:
            return


def strike(stack: Stack, fault: Fault, course: Course, tell: Callable[[str], None]) -> Window:
    """One fault, and the time in which it must be healed; every client is there before and after."""
    begin = time.time()
    fault.strike(stack, fault.seconds * course.pace)
    end = time.time()
    time.sleep(course.watch)
    stack.all_are_open()
    time.sleep(CATCHES_UP_SECONDS)
    tell(f"{fault.name}: {end - begin:.1f} s")
    return Window(fault.name, begin, end, time.time())


def stand_still(stack: Stack) -> None:
    """Nothing is published from now on."""
    stack.publisher.tell("stop")
    if (heard := stack.publisher.hear()) != "stopped":
        raise CannotRun(f"publisher said {heard!r}")
    stack.publisher.has_ended()
    stack.heartbeat.stop()


def truth_of(stack: Stack) -> Path:
    """What the database says, read by the selectors."""
    file = stack.folder / "truth.json"
    variables = stack.database.variables | stack.layer.variables
    Process("truth", ["manage.py", "chaos_truth", str(file)], stack.folder, variables).run()
    return file
