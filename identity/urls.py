"""The paths of signing in and out, and of tokens, below /api/."""

from __future__ import annotations

from django.urls import path

from identity.apis import SessionLinkView, SessionView
from identity.token_apis import TokensView, TokenView

urlpatterns = [
    path("session/", SessionView.as_view(), name="session"),
    path("session/link/", SessionLinkView.as_view(), name="session-link"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/<int:pk>/", TokenView.as_view(), name="token"),
]
