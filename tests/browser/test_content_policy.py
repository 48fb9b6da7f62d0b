"""What the pages' policy forbids is not missed: the desk and the API's description show themselves, and nothing is refused."""

from __future__ import annotations

import pytest

WATCH = """addEventListener("securitypolicyviolation", event => console.error(
    `refused: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))"""


def test_the_desk_needs_nothing_that_is_refused(visit):
    visit.page.add_init_script(WATCH)
    visit.page.reload()
    visit.panel("Account").wait_for()
    visit.page.locator("canvas").first.wait_for()
    policy = visit.page.request.get(visit.desk.url).headers["content-security-policy"]
    assert "script-src" not in policy, "only what the server gave"
    assert visit.faults == []


def test_a_script_in_the_page_is_refused(visit):
    visit.page.evaluate(
        """() => { const script = document.createElement("script"); script.text = "window.wasRun = true";
        document.body.append(script) }"""
    )
    assert visit.page.evaluate("window.wasRun") is None
    assert any("Content Security Policy" in fault for fault in visit.faults)


@pytest.mark.parametrize(("path", "shown"), [("/docs/", "#swagger-ui .opblock"), ("/redoc/", "#redoc-container h1")])
def test_the_apis_description_shows_itself(visit, path, shown):
    visit.page.add_init_script(WATCH)
    visit.page.goto(visit.desk.url + path)
    visit.page.locator(shown).first.wait_for()
    font = visit.page.locator(shown).first.evaluate("element => getComputedStyle(element).fontFamily")
    assert "serif" not in font.replace("sans-serif", ""), "its styles apply"
    refused = [fault for fault in visit.faults if "logo-mini" not in fault]  # Redoc's logo is elsewhere: it stays there
    assert refused == []
