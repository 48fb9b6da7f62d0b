"""Where the probe finds its server."""

from __future__ import annotations

import pytest

from cutover.probe import sign_in, target
from cutover.probe.tests.test_client import NOW, Pass


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


def test_behind_a_proxy_that_ends_tls_the_origin_is_the_pages(settings):
    assert target.origin_of("http://web:8000") == "http://web:8000"
    settings.TLS = True
    assert target.origin_of("http://web:8000") == target.origin_of("https://web:8000") == "https://web:8000"


def test_nobody_signs_in_until_the_wiring_says_who(monkeypatch):
    monkeypatch.setattr(sign_in, "_way_in", [])
    with pytest.raises(sign_in.NobodySignsIn):
        sign_in.new_pass(NOW)
    sign_in.use(Pass)
    assert sign_in.new_pass(NOW) == Pass(NOW)
