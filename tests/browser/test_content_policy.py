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
def test_the_apis_description_shows_itself_and_asks_nobody_else(visit, path, shown):
    page, said, asked = visit.page.context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(WATCH)
    page.goto(visit.desk.url + path)
    page.locator(shown).first.wait_for()
    page.wait_for_load_state("networkidle")
    font = page.locator(shown).first.evaluate("element => getComputedStyle(element).fontFamily")
    assert "serif" not in font.replace("sans-serif", ""), "its styles apply"
    assert [url for url in asked if not url.startswith((f"{visit.desk.url}/", "data:", "blob:"))] == []
    assert f"{visit.desk.url}/api/schema/" in asked
    assert page.get_by_role("img", name="redocly logo").count() == 0
    assert said == []


def test_the_description_of_paths_leads_to_that_of_the_socket(visit):
    visit.page.goto(visit.desk.url + "/docs/")
    with visit.page.expect_download() as given:
        visit.page.get_by_role("link", name="asyncapi.yaml").click(modifiers=["Alt"])
    assert given.value.path().read_text().startswith("# Written by")
