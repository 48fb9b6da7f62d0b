"""The paths of signing in and out, below /api/session/."""

from __future__ import annotations

from django.urls import path

from identity.apis import SessionLinkView, SessionView

urlpatterns = [
    path("", SessionView.as_view(), name="session"),
    path("link/", SessionLinkView.as_view(), name="session-link"),
]
