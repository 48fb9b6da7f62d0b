"""The guides of docs/cutover: what they show is typed at a real desk, and prints what they say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from cutover.checklist import Line
from cutover.gate import judge
from cutover.management.commands.check_cutover_status import COLUMNS, MARKS
from cutover.stages import FORWARD, Stage
from cutover.status import ExitCode, FeatureStatus, Overall, Report
from cutover.tests.cases import make_case, make_session
from tests.desk import ROOT, Desk, eventually
from tests.guides import Command, Edit, edited, matches, steps_of

GUIDES = ROOT / "docs" / "cutover"
NOT_COPIED = shutil.ignore_patterns(".*", "node_modules", "dist", "var", "__pycache__", "deploy")
LONG = 300.0
Row = dict[str, Any]
WAITS: dict[str, Callable[[Row, str], bool]] = {
    r"(\w+) is published": lambda row, _: row["frames"] > 0,
    r"(\w+) is ready for (\w+)": lambda row, stage: row["ready"] and row["next_stage"] == stage,
}


def guide(name: str) -> str:
    return (GUIDES / f"{name}.md").read_text()


class Reader:
    """Follows a guide from its first line to its last, at a desk and in its code."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._client: httpx.Client | None = None

    def follow(self, name: str) -> None:
        for step in steps_of(guide(name)):
            if isinstance(step, Edit):
                self._write(step)
            elif not step.not_run:
                self._wait(step.wait)
                self._run(step)

    def _write(self, edit: Edit) -> None:
        assert self.desk.root != ROOT, f"line {edit.line}: only a copy is changed"
        file = self.desk.root / edit.path
        before = file.read_text() if file.exists() else ""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(edited(before, edit))

    def _run(self, command: Command) -> None:
        """In a shell whose `python` is this one; it must print what the guide says."""
        environ = self.desk.environ | {"PATH": f"{Path(sys.executable).parent}:{self.desk.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-c", command.text],
            cwd=self.desk.root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LONG,
            check=False,
        )  # fmt: skip
        told = f"line {command.line}: {command.text}\n{done.stdout}\nends with {done.returncode}"
        assert done.returncode == command.exit, told
        assert matches(command.expected, done.stdout), f"{told}, and should print\n{command.expected}"

    def _wait(self, what: str) -> None:
        """Until the operators' console says so, e.g. `positions is ready for live`."""
        if not what:
            return
        feature, is_so = meant(what)
        with self.desk.socket(self._signed_in(), "?subscribe=manual") as socket:
            socket.send({"type": "subscribe", "topics": ["console"]})
            eventually(lambda: any(map(is_so, rows_of(socket.next(LONG), feature))), what, LONG)

    def _signed_in(self) -> httpx.Client:
        """Whose cookies open sockets."""
        if self._client is None:
            with self.desk.signed_in() as self._client:
                pass
        return self._client


def meant(what: str) -> tuple[str, Callable[[Row], bool]]:
    """Of which feature, and whether its row says so."""
    found = [(match, is_so) for pattern, is_so in WAITS.items() if (match := re.fullmatch(pattern, what))]
    assert found, f"nobody knows how to wait for {what!r}"
    ((match, is_so),) = found
    feature, *stage = match.groups()
    return feature, lambda row: is_so(row, "".join(stage))


def rows_of(frame: dict[str, Any], feature: str) -> list[Row]:
    rows = frame["data"]["features"] if frame["type"] == "console" else []
    return [row for row in rows if row["feature"] == feature]


class NewDesk(Reader):
    """Its desk is started when something is waited for first: after the code was changed."""

    def _wait(self, what: str) -> None:
        if what and not self.desk.lines:
            self.desk.start()
        super()._wait(what)


def test_a_fifth_feature_is_added_by_the_guide(tmp_path):
    root = Path(shutil.copytree(ROOT, tmp_path / "copy", ignore=NOT_COPIED))
    desk = Desk(tmp_path, root)
    try:
        NewDesk(desk).follow("integration")
        assert "ExposurePayload" in (root / "frontend/src/services/contract.gen.ts").read_text()
        told = json.loads(desk.manage("check_cutover_status", "--json").stdout)
        assert [row["feature"] for row in told["features"]][-1] == "exposure"
        with desk.signed_in(desk.another_token()) as client, desk.socket(client) as socket:
            frame = socket.until_type("exposure")
            answer = client.get(f"/api/accounts/{frame['data']['account_id']}/exposure/")
            assert set(answer.json()) == set(frame["data"])
    finally:
        desk.stop()


def test_what_is_not_run_is_a_handful():
    passed_over = [step for path in GUIDES.glob("*.md") for step in steps_of(path.read_text()) if not_run(step)]
    assert 1 <= len(passed_over) <= 5


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    """Sessions of New York pass in eight seconds each, and jobs run twenty times as fast: one desk for all guides.

    On a busy machine a session passes in which too little was compared; so there are many.
    """
    folder = tmp_path_factory.mktemp("rehearsal")
    made = [sys.executable, "scripts/make_rehearsal.py", str(folder / "rehearsal.csv"), "--sessions", "100"]
    subprocess.run(made, cwd=ROOT, check=True, capture_output=True)
    with Desk(folder, REPLAY=str(folder / "rehearsal.csv"), SPEED="3000", TEMPO="20") as desk:
        with desk.client() as client:
            eventually(lambda: client.get("/api/session/").status_code == 401, "the server answers", LONG)
        yield Reader(desk)


@pytest.mark.parametrize(
    "name", ["status", "checklist", "quick-start", pytest.param("plan", marks=pytest.mark.rehearsal)]
)
def test_what_a_guide_shows_is_so(rehearsal, name):
    """In this order: each begins where the one before left the feature."""
    rehearsal.follow(name)


def test_every_guide_is_followed():
    assert {path.stem for path in GUIDES.glob("*.md")} == {"status", "checklist", "quick-start", "plan", "integration"}


def table(name: str, head: str) -> list[list[str]]:
    """The cells of a guide's table whose first head is this."""
    rows = guide(name).split(f"| {head} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_checklist_names_every_line_of_the_gate():
    judged = [
        judge(make_case(make_session(0), make_session(1), stage=stage, target=target))
        for stage, target in FORWARD.items()
    ]
    lines = {line.name for judgement in judged for line in judgement.lines}
    assert {row[0].strip("`") for row in table("checklist", "line")} == lines


def test_the_status_names_every_column_exit_and_field():
    assert [row[0].strip("`") for row in table("status", "column")] == list(COLUMNS)
    assert [int(row[0]) for row in table("status", "exit")] == list(ExitCode)
    fields = {name for row in table("status", "field") for name in named(row[0])}
    assert fields == set(FeatureStatus.__struct_fields__)
    text = guide("status")
    assert all(f"`{name}`" in text for name in (*Report.__struct_fields__, *Line.__dataclass_fields__))
    assert all(mark in text for mark in MARKS.values())
    assert all(overall in text for overall in Overall)


def test_the_plan_has_every_stage_and_what_leaves_it():
    assert [row[0].strip("`") for row in table("plan", "stage")] == [stage for stage in Stage if stage is not Stage.OFF]


def not_run(step: Command | Edit) -> bool:
    return isinstance(step, Command) and bool(step.not_run)
