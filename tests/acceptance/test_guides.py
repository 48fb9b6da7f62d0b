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
    assert all(step.text.startswith(("make ", "export ")) for step in passed_over)


def not_run(step: Command | Edit) -> bool:
    return isinstance(step, Command) and bool(step.not_run)


@pytest.mark.parametrize("path", sorted(GUIDES.glob("*.md")), ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target
