"""The dashboard's page: the one that was built, or one that says how to build it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Thor</title>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem">
<h1>The dashboard is not built yet</h1>
<p>The server runs and the <a href="/docs/">API</a> answers. To build the dashboard:</p>
<pre>make frontend</pre>
<p>(or <code>npm ci &amp;&amp; npm run build</code> in <code>frontend/</code>), then start the server again.</p>
</body></html>"""


@require_safe
@ensure_csrf_cookie
def dashboard(request: HttpRequest) -> HttpResponse:
    """The desk for whoever is signed in; everybody else is sent to sign in."""
    return page() if request.user.is_authenticated else redirect("sign-in")


@require_safe
@ensure_csrf_cookie
def sign_in(request: HttpRequest) -> HttpResponse:
    """The same page at the path where it asks who you are; a one-time link works for the signed-in, too."""
    return page()


def page() -> HttpResponse:
    try:
        answer = HttpResponse((settings.FRONTEND_DIST / "index.html").read_bytes())
    except FileNotFoundError:
        answer = HttpResponse(NOT_BUILT, status=503)
    answer["Cache-Control"] = "no-cache"
    return answer
