"""Which path answers what."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/session/", include("identity.urls")),
]
handler400 = "thor_project.operations.problems.bad_request"
handler403 = "thor_project.operations.problems.permission_denied"
handler404 = "thor_project.operations.problems.not_found"
handler500 = "thor_project.operations.problems.server_error"
