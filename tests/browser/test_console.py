"""The cutover console in a real browser: a step refused, forced and taken back, by keyboard, in every width."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit

FEATURE = "positions"
WIDTHS = ((1920, 1080), (1440, 900), (1100, 800), (768, 1024), (390, 844))
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TRADER = """
from identity.models import User
User.objects.create_user("trader", password="a long pass phrase", role="trader")
"""


@pytest.fixture
def console(visit):
    """The console in a page of its own, opened from the desk's header; the desk stays open beside it."""
    page = visit.page.context.new_page()
    page.set_default_timeout(60_000)
    console = Visit(page, visit.desk)
    page.goto(visit.desk.url)
    page.get_by_role("link", name="Cutover").click()
    row_of(console).wait_for()
    return console


def row_of(console):
    return console.page.get_by_role("listitem", name=FEATURE, exact=True)


def focused(page):
    return page.evaluate("document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName")


def test_a_step_is_refused_then_forced_and_taken_back_by_keyboard_while_the_desk_follows_without_a_reload(
    visit, console
):
    page, desk_page = console.page, visit.page
    desk_page.evaluate("window.sameDocument = true")
    advance = row_of(console).get_by_role("button", name=f"Advance to canary: {FEATURE}")
    advance.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert focused(page) == "INPUT", "the first field has the focus"
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert focused(page) == f"Advance to canary: {FEATURE}", "focus comes back"

    page.keyboard.press("Enter")
    dialog.get_by_label("Share of users").fill("100")
    dialog.get_by_label("Why?").fill("a test")
    page.keyboard.press("Enter")
    dialog.get_by_text("The gate refuses").wait_for()
    assert dialog.get_by_role("listitem").count() > 5
    assert console.violations() == [], "the refusal"
    force = dialog.get_by_role("button", name="Force: advance to canary")
    assert force.is_disabled()
    dialog.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    force.focus()
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached")

    visit.wait_for_source("Positions", "WebSocket")
    row_of(console).get_by_role("list", name="Stage: canary 100 %").wait_for()
    console.wait_for_text("History", "forced")
    console.panel("Last change").get_by_text("2 of 2 dashboards answered after").wait_for()

    row_of(console).get_by_role("button", name=f"Roll back: {FEATURE}").click()
    dialog.get_by_label("Why?").fill("it was only a test")
    page.keyboard.press("Enter")
    visit.wait_for_source("Positions", "REST (Shadow)")
    row_of(console).get_by_role("list", name="Stage: shadow").wait_for()
    console.wait_for_text("History", "it was only a test")
    console.panel("Last change").get_by_text("2 of 2 dashboards answered after").wait_for()
    assert desk_page.evaluate("window.sameDocument")
    assert visit.faults == []
    assert [fault for fault in console.faults if "422" not in fault] == []


def test_it_fits_every_width_and_axe_finds_nothing_in_either_theme(console):
    page = console.page
    row_of(console).get_by_role("list", name=f"Checklist of {FEATURE}").get_by_role("listitem").first.wait_for()
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(SIDEWAYS) <= 0, f"at {width} nothing is beside the page"
    page.set_viewport_size({"width": 1440, "height": 900})
    themes = set()
    for _ in range(2):
        themes.add(page.evaluate("document.documentElement.dataset.theme"))
        assert console.violations() == [], themes
        page.keyboard.press("t")
    assert themes == {"dark", "light"}
    assert console.faults == []


def test_it_keeps_the_last_known_while_the_server_is_away_and_comes_back(console):
    console.desk.kill()
    console.page.locator(".source", has_text="offline").first.wait_for()
    assert FEATURE in row_of(console).inner_text(), "what was last known stays on screen"
    console.desk.environ["KEEP"] = "true"
    console.desk.start()
    console.page.locator(".console-features .source", has_text="WebSocket").wait_for()


def test_it_is_for_operators_only(visit):
    made = visit.desk.manage("shell", piped=TRADER)
    assert made.returncode == 0, made.stderr
    other = visit.page.context.browser.new_context()
    page = other.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{visit.desk.url}/sign-in")
    page.get_by_label("User name").fill("trader")
    page.get_by_label("Password").fill("a long pass phrase")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("region", name="Account").wait_for()
    assert page.get_by_role("link", name="Cutover").count() == 0
    trader = Visit(page, visit.desk)
    page.goto(f"{visit.desk.url}/cutover")
    page.get_by_text("Operators only").wait_for()
    assert trader.violations() == []
    assert trader.polls("/api/cutover/console/") == 0
    assert trader.faults == []
    other.close()


def test_the_examples_are_alive(visit):
    page = visit.page
    page.goto(f"{visit.desk.url}/examples")
    visit.panel("AccountBalanceExample").get_by_text("50,000.00 cash, by REST (Shadow)").wait_for()
    visit.panel("PositionsExample").get_by_text("SPY").wait_for()
    visit.panel("CutoverStatusExample").get_by_text("⚪ REST (Shadow)").first.wait_for()
    assert visit.violations() == []
    assert visit.faults == []
