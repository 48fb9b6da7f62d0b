"""Where a server serves, by the descriptions that Twisted is given."""

from __future__ import annotations

import pytest

from thor_project.server import url_served


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
