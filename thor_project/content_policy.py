"""What a page of ours may load and run: only what this server gave, and nothing written into the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONCE, NONE, SELF
from csp.decorators import csp_update

POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}


REDOC_SCROLLBAR = [
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
]
"""What Redoc writes before it can be told the nonce: an empty style, then in its place that of its scroll bars."""


def with_nonce(view: Callable[..., Any], *styles: str) -> Callable[..., Any]:
    """For the pages of the API's description, whose scripts and styles are written into them with a nonce."""
    added = {"script-src": [SELF, NONCE], "style-src": [NONCE, *styles], "worker-src": ["blob:"]}
    page: Callable[..., Any] = csp_update(added)(view)
    return page
