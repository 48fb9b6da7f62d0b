"""The desk in a real browser: a bar arrives by REST and by socket, and a stage moves without a reload."""

from __future__ import annotations

BARS = "/api/intraday/"


def move(desk, *arguments):
    answer = desk.manage("cutover", *arguments)
    assert answer.returncode == 0, answer.stderr


def make_live(desk, feature):
    move(desk, "advance", feature, "--percent", "100", "--force", "--reason", "a test")
    move(desk, "advance", feature, "--force", "--reason", "a test")


def test_a_bar_arrives_by_rest_then_by_socket_and_by_rest_again_without_a_reload(visit, desk):
    page = visit.page
    page.evaluate("window.sameDocument = true")
    chart = page.get_by_role("region").filter(has=page.locator(".last-price"))
    title = chart.get_by_role("heading").inner_text()

    visit.wait_for_source(title, "REST (Shadow)")
    visit.wait_for_change(title, ".last-price")
    assert visit.polls(BARS) > 0

    make_live(desk, "intraday")
    visit.wait_for_source(title, "WebSocket")
    visit.asked.clear()
    before, after = visit.wait_for_change(title, ".last-price")
    visit.wait_for_change(title, ".last-price")
    assert float(after) > float(before), "the recording rises"
    assert visit.polls(BARS) == 0, "nobody polls what is pushed"

    move(desk, "rollback", "intraday", "--reason", "a test")
    visit.wait_for_source(title, "REST (Shadow)")
    visit.wait_for_change(title, ".last-price")
    assert visit.polls(BARS) > 0
    assert page.evaluate("window.sameDocument")
    assert visit.faults == []


def test_a_lost_socket_falls_back_to_rest_says_so_and_comes_back(visit, desk):
    page = visit.page
    make_live(desk, "positions")
    visit.wait_for_source("Positions", "WebSocket")
    desk.kill()
    page.locator(".source", has_text="offline").first.wait_for()
    figures = visit.panel("Positions").inner_text()
    assert "SPY" in figures, "what was last known stays on screen"
    desk.environ["KEEP"] = "true"
    desk.start()
    visit.wait_for_source("Positions", "WebSocket")
    page.locator(".source", has_text="offline").first.wait_for(state="detached")


def test_every_panel_has_its_figures_and_the_console_is_silent(visit):
    page = visit.page
    visit.wait_for_text("Account", "50,000.00")
    visit.wait_for_text("Positions", "SPY")
    visit.wait_for_text("Positions", "AIG")
    visit.wait_for_text("Markets of the world", "New York")
    page.locator(".replay-chip", has_text="REPLAY").wait_for()
    page.locator(".clocks", has_text="07 Oct 2013").wait_for()
    page.get_by_test_id("chart").locator("canvas").first.wait_for()
    assert visit.faults == []


def test_whoever_signs_out_is_at_the_door_and_the_console_stays_silent(visit):
    page = visit.page
    visit.wait_for_text("Account", "50,000.00")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.get_by_role("button", name="Sign out").click()
    page.get_by_label("User name").wait_for()
    assert page.url == f"{visit.desk.url}/sign-in"
    page.goto(visit.desk.url)
    page.get_by_label("User name").wait_for()
    assert page.url == f"{visit.desk.url}/sign-in", "the session has ended on the server, too"
    assert visit.violations() == []
    assert visit.faults == []
