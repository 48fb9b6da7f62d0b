"""The chaos suite in small: under its most telling faults nobody ends wrong, and without healing it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parent.parent.parent / "scripts" / "run_chaos.py"
PATIENCE = 300

Ended = tuple[int, dict[str, Any], str]


class Run:
    """One run of the suite, which goes on while others do."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._findings = folder / "findings.json"
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), "--short", "--json", str(self._findings), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ended(self) -> Ended:
        """Its exit status, its findings, and all that it said."""
        said = "".join(self._process.communicate(timeout=PATIENCE))
        findings = json.loads(self._findings.read_text()) if self._findings.exists() else {}
        return self._process.returncode, findings, said

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Run]]:
    """With healing, and beside it without: there is one fault enough."""
    with_it = Run(tmp_path_factory.mktemp("healing"))
    without = Run(tmp_path_factory.mktemp("no-healing"), "--no-healing", "--clients", "10", "--faults", "nudge lost")
    yield with_it, without
    with_it.kill()
    without.kill()


def test_nobody_ends_wrong_and_every_fault_that_loses_has_lost(runs: tuple[Run, Run]) -> None:
    status, findings, said = runs[0].ended()
    assert status == 0, said
    assert findings["failures"] == []
    rows = {row["fault"]: row for row in findings["rows"]}
    assert len(rows) == 6
    assert all(row["lost"] > 0 for row in rows.values() if row["loses"] != "nothing")
    assert rows["each third nudge lost"]["nudges_lost"] > 0
    assert rows["each third nudge lost"]["healed"] > 0
    assert rows["half of the connections cut"]["recovered"] > 0
    assert "no undetected gap" in said
    assert findings["status"]["200"] > 0
    assert set(findings["status"]) <= {"200", "503", "away"}


def test_without_healing_the_suite_fails(runs: tuple[Run, Run]) -> None:
    status, findings, said = runs[1].ended()
    assert status == 1, said
    assert any("clients ended wrong" in failure for failure in findings["failures"])
    assert any("CHAOS-" in failure for failure in findings["failures"])


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (("--faults", "earthquake"), "earthquake"),
        (("--clients", "0"), "0"),
        (("--minutes", "1e9"), "--minutes"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(tmp_path: Path, options: tuple[str, ...], names: str) -> None:
    status, _, said = Run(tmp_path, *options).ended()
    assert status == 2
    assert names in said
    assert len(said.splitlines()) == 1
