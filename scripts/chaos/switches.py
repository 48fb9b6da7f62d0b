"""What the suite tells its processes while they run, and what they note for it: files in the run's folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER, NAME, HEALING = "CHAOS_FOLDER", "CHAOS_NAME", "CHAOS_HEALING"
LOSE = "lose"
TOLD, HEARD, HEALED = "told", "heard", "healed"


@dataclass(frozen=True, slots=True)
class Switches:
    """The run's folder as one process sees it; `name` says which process."""

    folder: Path
    name: str = ""
    heals: bool = True

    @classmethod
    def of_this_process(cls) -> Switches:
        return cls(Path(os.environ[FOLDER]), os.environ[NAME], os.environ.get(HEALING) != "off")

    def turn_on(self, switch: str, value: str = "") -> None:
        (self.folder / switch).write_text(value)

    def turn_off(self, switch: str) -> None:
        (self.folder / switch).unlink(missing_ok=True)

    def value(self, switch: str) -> str | None:
        """None where it is off."""
        try:
            return (self.folder / switch).read_text()
        except FileNotFoundError:
            return None


def death_of(name: str) -> str:
    """The switch that has a process die between its next commit and the nudge."""
    return f"die-{name}"


class Notes:
    """Lines that survive the process that wrote them, however it ended: `SECONDS TEXT`, one write each time."""

    def __init__(self, switches: Switches, kind: str) -> None:
        path = switches.folder / f"{kind}-{switches.name}-{os.getpid()}.notes"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def add(self, texts: Iterable[str]) -> None:
        now = time.time()
        os.write(self._file, "".join(f"{now:.4f} {text}\n" for text in texts).encode())


def read_notes(path: Path) -> list[tuple[float, str]]:
    """What was noted, oldest first."""
    lines = path.read_text().splitlines() if path.exists() else []
    return [(float(at), text) for at, _, text in (line.partition(" ") for line in lines)]
