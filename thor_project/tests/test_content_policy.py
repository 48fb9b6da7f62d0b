"""Each answer says what its page may load; nothing that is written into a page runs, but for what has its nonce."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def policy_of(answer) -> dict[str, list[str]]:
    directives = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", ["/", "/sign-in", "/api/session/", "/nowhere", "/docs/", "/redoc/", "/metrics"])
def test_nothing_unsafe_is_allowed_anywhere(client: Client, path: str):
    policy = policy_of(client.get(path))
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == ["'none'"]
    sources = [source for listed in policy.values() for source in listed]
    assert not any("unsafe" in source or "*" in source or "http" in source for source in sources)


@pytest.mark.parametrize("path", ["/docs/", "/redoc/"])
def test_what_is_written_into_a_page_of_the_apis_description_has_its_nonce(client: Client, path: str):
    first, second = client.get(path), client.get(path)
    written = re.findall(r"<(?:script|style)(?![^>]*\bsrc=)([^>]*)>", first.content.decode())
    nonces = {source for source in policy_of(first)["script-src"] if source.startswith("'nonce-")}
    assert len(written) == 2
    assert {f"'nonce-{re.search('nonce=.([^ ]+).', given)[1]}'" for given in written} == nonces
    assert nonces <= set(policy_of(first)["style-src"])
    assert not nonces & set(policy_of(second)["script-src"]), "each answer has its own"
