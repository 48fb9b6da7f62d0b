"""Which path answers what."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from thor_project.operations.dashboard import dashboard, sign_in
from thor_project.operations.descriptions import AsyncApiView, redoc, swagger
from thor_project.operations.desk import DeskView
from thor_project.operations.health_views import accounts_status, health_status, ready
from thor_project.operations.status import StatusView, metrics

urlpatterns = [
    path("", dashboard, name="dashboard"),
    path("cutover", dashboard, name="cutover-console"),
    path("examples", dashboard, name="examples"),
    path("sign-in", sign_in, name="sign-in"),
    path("api/", include("identity.urls")),
    path("api/desk/", DeskView.as_view(), name="desk"),
    path("api/cutover/", include("cutover.urls")),
    path("api/", include("GlobalMarkets.urls")),
    path("api/", include("ThorTrading.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("ws/status", StatusView.as_view(), name="ws-status"),
    path("metrics", metrics, name="metrics"),
    path("health", health_status, name="health"),
    path("readyz", ready, name="readyz"),
    path("accounts/health/status", accounts_status, name="accounts-health"),
    path("docs/", swagger, name="docs"),
    path("redoc/", redoc, name="redoc"),
    path("asyncapi.yaml", AsyncApiView.as_view(), name="asyncapi"),
]

handler400 = "thor_project.operations.problems.bad_request"
handler403 = "thor_project.operations.problems.permission_denied"
handler404 = "thor_project.operations.problems.not_found"
handler500 = "thor_project.operations.problems.server_error"
