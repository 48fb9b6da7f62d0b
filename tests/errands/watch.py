"""What a test sees and does of the job `errand`: a due time that was run twice has two lines, whatever any row says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.desk import eventually
from tests.errands.errand import FILE, hold_of


@dataclass(frozen=True, slots=True)
class Done:
    """One run, by the process with that id."""

    due_at: datetime
    pid: int


class Errands:
    """Those of the processes that were given this `environ`."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "errands.txt"
        self.environ = {"DJANGO_SETTINGS_MODULE": "tests.errands.settings", FILE: str(self.file)}

    @property
    def done(self) -> list[Done]:
        """So far, in the order in which they began."""
        return read(self.file)

    def since(self, moment: datetime) -> list[Done]:
        """What was due after that."""
        return [done for done in self.done if done.due_at > moment]

    def catch(self) -> Done:
        """A run that is in the middle of its work, and stays there until it is let go."""
        hold_of(self.file).touch()
        return eventually(lambda: read(hold_of(self.file)), "a run is caught at work")[0]

    def let_go(self) -> None:
        hold_of(self.file).unlink()

    def twice(self) -> list[datetime]:
        """Due times that were run more than once."""
        due_times = [done.due_at for done in self.done]
        return sorted(at for at in set(due_times) if due_times.count(at) > 1)


def read(file: Path) -> list[Done]:
    """Its whole lines."""
    text = file.read_text() if file.exists() else ""
    whole = text[: text.rfind("\n") + 1].splitlines()
    return [Done(datetime.fromisoformat(at), int(pid)) for at, pid in (line.split() for line in whole)]
