"""Where the probe finds its server."""

from __future__ import annotations

import pytest

from cutover.probe import sign_in, target
from thor_project.server import url_served


@pytest.fixture(autouse=True)
def _nothing_served(monkeypatch):
    monkeypatch.setattr(target, "_served", [])


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("[::1]", "http://[::1]:8000"),
        ("192.168.1.5", "http://192.168.1.5:8000"),
        ("desk.local", "http://desk.local:8000"),
    ],
)
def test_a_server_on_this_machine(settings, host, url):
    settings.PROBE_URL, settings.HOST, settings.PORT = "", host, 8000
    assert target.base_url() == url


def test_the_setting_wins_over_what_this_process_serves(settings):
    settings.PROBE_URL = ""
    target.serve_at("http://127.0.0.1:9000")
    assert target.base_url() == "http://127.0.0.1:9000"
    settings.PROBE_URL = "https://desk.example.com/"
    assert target.base_url() == "https://desk.example.com"


@pytest.mark.parametrize(
    ("endpoints", "url"),
    [
        (["tcp:port=81:interface=127.0.0.1"], "http://127.0.0.1:81"),
        (["unix:/thor.sock", r"tcp:port=81:interface=\:\:1"], "http://[::1]:81"),
        (["tcp:port=81"], "http://127.0.0.1:81"),
        (["unix:/thor.sock"], None),
        ([], None),
    ],
)
def test_the_server_knows_where_it_serves(endpoints, url):
    assert url_served(endpoints) == url


def test_nobody_signs_in_until_the_wiring_says_who(monkeypatch):
    monkeypatch.setattr(sign_in, "_way_in", [])
    with pytest.raises(sign_in.NobodySignsIn):
        sign_in.new_pass(None)
    sign_in.use(lambda now: now)
    assert sign_in.new_pass("a pass") == "a pass"
