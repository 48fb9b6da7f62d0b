"""A browser with a signed-in desk in it: Chromium, whatever its console said, and what it asked the server for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.desk import ROOT, Desk
from tests.recordings import bar_rows, recording

AXE = Path(ROOT, "frontend/node_modules/axe-core/axe.min.js")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.skip("there is no Chromium: `make test-browser` brings one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[Desk]:
    """A replay of a long recording: two bars of SPY and AIG each second."""
    file = recording(tmp_path / "long.csv", bar_rows("SPY", 380), bar_rows("AIG", 380, price=4800))
    with Desk(tmp_path, REPLAY=str(file), SPEED="120") as desk:
        yield desk


class Visit:
    """One page of the desk, as a person sees it."""

    def __init__(self, page: Page, desk: Desk) -> None:
        self.page, self.desk = page, desk
        self.faults: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url.removeprefix(desk.url)))

    def sign_in(self) -> Visit:
        token = self.desk.token()
        self.desk.wait_until_up()
        self.page.goto(f"{self.desk.url}/sign-in#{token}")
        self.page.get_by_role("region", name="Account").wait_for()
        assert token not in self.page.url
        return self

    def panel(self, name: str) -> Any:
        return self.page.get_by_role("region", name=name, exact=True)

    def wait_for_source(self, panel: str, source: str) -> None:
        self.panel(panel).locator(".source", has_text=source).wait_for()

    def wait_for_change(self, panel: str, selector: str) -> tuple[str, str]:
        """What an element said, and what it says after it has changed."""
        element = self.panel(panel).locator(selector)
        element.wait_for()
        before = element.inner_text()
        self.page.wait_for_function(
            "([element, before]) => element.innerText !== before", arg=[element.element_handle(), before]
        )
        return before, element.inner_text()

    def wait_for_text(self, panel: str, text: str) -> None:
        self.panel(panel).get_by_text(text).first.wait_for()

    def violations(self) -> list[str]:
        """What axe finds in the page as it stands, a line for each: its rule and the first element."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
        return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]

    def polls(self, path: str) -> int:
        return sum(url.startswith(path) for url in self.asked)


@pytest.fixture
def visit(browser: Browser, desk: Desk) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    visit = Visit(page, desk).sign_in()
    yield visit
    context.close()
