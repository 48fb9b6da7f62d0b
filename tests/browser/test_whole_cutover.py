"""A whole cutover in a real browser: from shadow to retired on evidence that the probe gathers, and back, without a reload.

Sessions of autumn 2013 pass in half a minute, and jobs run many times as fast as declared: nothing but the clock is compressed.
"""

from __future__ import annotations

import json
import re

import pytest

from tests.browser.conftest import Visit
from tests.desk import Desk, eventually
from tests.recordings import recording, sessions_of

FEATURE = "positions"
PATH = "/api/accounts/1/positions/"
PATIENCE = 300.0


@pytest.fixture
def corruption(tmp_path):
    """While this file exists, each published profit and loss is a bit too high."""
    return tmp_path / "corruption"


@pytest.fixture
def desk(tmp_path, corruption):
    """Seven weeks of New York's sessions; each takes about half a minute, in which positions change fifty times."""
    file = recording(tmp_path / "autumn.csv", sessions_of("SPY", 36))
    environ = {"DJANGO_SETTINGS_MODULE": "tests.corruption.settings", "CORRUPTION_FILE": str(corruption)}
    with Desk(tmp_path, REPLAY=str(file), SPEED="900", TEMPO="20", LOG_LEVEL="ERROR", **environ) as desk:
        yield desk


class Console:
    """The operator's page."""

    def __init__(self, visit: Visit) -> None:
        self.page = visit.page.context.new_page()
        self.page.set_default_timeout(60_000)
        self.visit = Visit(self.page, visit.desk)
        self.page.goto(f"{visit.desk.url}/cutover")
        self.row = self.page.get_by_role("listitem", name=FEATURE, exact=True)
        self.row.wait_for()

    def wait_until_ready(self, stage: str) -> None:
        self.row.get_by_text(re.compile(f"ready: next step {stage}")).wait_for(timeout=PATIENCE * 1000)

    def step(self, label: str, reason: str, percent: str = "") -> None:
        self.row.get_by_role("button", name=f"{label}: {FEATURE}").click()
        dialog = self.page.get_by_role("dialog")
        if percent:
            dialog.get_by_label("Share of users").fill(percent)
        dialog.get_by_label("Why?").fill(reason)
        dialog.get_by_role("button", name=label, exact=True).click()
        dialog.wait_for(state="detached")

    def wait_for_stage(self, stage: str) -> None:
        self.row.get_by_role("list", name=re.compile(f"Stage: {stage}")).wait_for()

    def wait_for_answers(self) -> None:
        """Every open dashboard has said that it follows; this page is one of them."""
        self.page.locator(".change-answered[data-done=true]").wait_for()


def evidence(desk):
    told = json.loads(desk.manage("check_cutover_status", "--json").stdout)
    return next(row for row in told["features"] if row["feature"] == FEATURE)


def force(desk, feature):
    """Live, whatever the gate says: so that no other feature's polling keeps this small machine busy."""
    for share in (["--percent", "100"], []):
        moved = desk.manage("cutover", "advance", feature, "--reason", "not tried here", "--force", *share)
        assert moved.returncode == 0, moved.stderr


@pytest.mark.rehearsal
def test_positions_go_all_the_way_to_retired_and_back(visit):
    page, desk = visit.page, visit.desk
    for other in ("intraday", "global_market", "account_balance"):
        force(desk, other)
    console = Console(visit)
    page.evaluate("window.sameDocument = true")
    visit.wait_for_source("Positions", "REST (Shadow)")

    console.wait_until_ready("canary")
    console.step("Advance to canary", "two clean sessions in shadow", percent="100")
    console.wait_for_answers()
    visit.wait_for_source("Positions", "WebSocket")

    console.wait_until_ready("live")
    console.step("Advance to live", "two clean sessions in canary")
    console.wait_for_answers()
    visit.asked.clear()
    visit.wait_for_change("Positions", "tbody")
    visit.wait_for_change("Positions", "tbody")
    assert visit.polls(PATH) == 0, "the timer is off"

    console.step("Sign off", "nobody needs REST")
    console.wait_until_ready("sunset")
    console.step("Advance to sunset", "two clean sessions live")
    console.wait_for_stage("sunset")

    console.wait_until_ready("retired")
    console.step("Advance to retired", "two sessions without a caller")
    console.wait_for_stage("retired")
    with desk.signed_in(desk.another_token()) as program:
        eventually(lambda: program.get(PATH).status_code == 410, "REST is closed to programs")
        console.step("Roll back", "trying the way back")
        console.wait_for_answers()
        eventually(lambda: program.get(PATH).status_code == 200, "REST is open again")
    visit.wait_for_source("Positions", "REST (Shadow)")
    visit.wait_for_change("Positions", "tbody")
    assert page.evaluate("window.sameDocument")
    assert (visit.faults, console.visit.faults) == ([], [])
    assert [move["forced"] for move in moves(console.page, desk)] == [False] * 5


def moves(page, desk):
    answer = page.request.get(f"{desk.url}/api/cutover/{FEATURE}/history/")
    assert answer.ok
    return answer.json()["items"]


def test_a_corrupted_publication_shuts_the_gate_in_shadow_and_takes_a_live_feature_back(visit, corruption):
    console = Console(visit)
    corruption.touch()
    console.page.locator(".mismatches").get_by_text(re.compile("pnl")).first.wait_for()
    console.row.get_by_role("button", name="Advance to canary").click()
    dialog = console.page.get_by_role("dialog")
    dialog.get_by_label("Why?").fill("nobody looked")
    dialog.get_by_role("button", name="Advance to canary", exact=True).click()
    dialog.get_by_text(re.compile("The gate refuses")).wait_for()
    console.page.keyboard.press("Escape")
    corruption.unlink()

    force(visit.desk, FEATURE)
    visit.wait_for_source("Positions", "WebSocket")
    corruption.touch()
    console.wait_for_stage("shadow")
    visit.wait_for_source("Positions", "REST (Shadow)")
    console.row.get_by_text("cooling down").wait_for()
    newest = moves(console.page, visit.desk)[0]
    assert (newest["by"], newest["to_stage"]) == ("watch", "shadow")
    assert "pnl" in newest["reason"]
    held = visit.desk.manage("cutover", "advance", FEATURE, "--reason", "again")
    assert held.returncode == 1
    assert visit.faults == []
