"""The strip and its day in a real browser, on the replay's clock."""

from __future__ import annotations

THE_SAME = """async () => {
  const told = await (await fetch("/api/markets/composite/")).json();
  const shown = document.querySelector(".world-share b").innerText;
  return Number(shown) === Math.round(told.composite) && document.querySelector(".world-phase").innerText.length > 0;
}"""


def test_the_strip_shows_the_world_and_opens_its_day_by_key(visit):
    page = visit.page
    strip = visit.panel("Markets of the world")
    new_york = strip.get_by_role("button", name="New York")
    new_york.locator(".venue-phase", has_text="open").wait_for()
    assert strip.get_by_role("listitem").count() == 18
    page.wait_for_function(THE_SAME)

    new_york.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.innerText").startswith("Nasdaq")
    page.keyboard.press("Enter")
    day = page.get_by_role("dialog", name="Markets on Mon 07 Oct 2013, in the replay")
    day.wait_for()
    rows = day.get_by_role("listitem")
    assert rows.count() == 18
    assert day.locator("[data-chosen=true]").inner_text().startswith("Nasdaq")
    assert rows.filter(has_text="Tokyo").locator(".day-bar").count() == 2, "its lunch is a gap"
    rows.filter(has_text="New York").locator(".day-bar[data-runs=true]").wait_for()
    assert rows.filter(has_text="Shanghai").locator(".day-holiday").inner_text() == "National Day"

    line = day.get_by_test_id("now")
    before = line.bounding_box()["x"]
    page.wait_for_function(
        "([line, before]) => line.getBoundingClientRect().x > before", arg=[line.element_handle(), before]
    )
    page.keyboard.press("Escape")
    day.wait_for(state="detached")
    assert page.evaluate("document.activeElement.innerText").startswith("Nasdaq"), "focus comes back"
    assert visit.faults == []


def test_axe_finds_nothing_in_either_theme(visit):
    page = visit.page
    visit.wait_for_text("Account", "50,000.00")
    visit.wait_for_text("Positions", "SPY")
    visit.panel("Markets of the world").locator(".venue-phase", has_text="open").first.wait_for()
    page.get_by_test_id("chart").locator("canvas").first.wait_for()
    seen = set()
    for _ in range(2):
        theme = page.evaluate("document.documentElement.dataset.theme")
        seen.add(theme)
        assert visit.violations() == [], theme
        page.keyboard.press("m")
        page.get_by_role("dialog").wait_for()
        assert visit.violations() == [], f"{theme}, the day"
        page.keyboard.press("Escape")
        page.keyboard.press("t")
    assert seen == {"dark", "light"}
    assert visit.faults == []
