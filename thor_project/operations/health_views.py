"""`GET /health`, `/readyz` and `/accounts/health/status`: for anybody, who is told states and ages; why, only the signed-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from thor_project.operations import health
from thor_project.operations.lookout import FAILING, OK, Finding, Lookout
from thor_project.operations.status import is_signed_in


@require_safe
def health_status(request: HttpRequest) -> HttpResponse:
    """Whether the whole of it is well: 503 where anything is not."""
    return told(request, health.health)


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether this process may be sent requests; feeds and heartbeat, which are others' affair, do not count."""
    return told(request, health.readiness)


@require_safe
def accounts_status(request: HttpRequest) -> HttpResponse:
    """That this process answers at all; nothing is looked at."""
    return JsonResponse({"status": "ok", "service": "accounts"})


def told(request: HttpRequest, lookout: Lookout) -> HttpResponse:
    findings = lookout.findings()
    is_well = all(finding.state == OK for finding in findings.values())
    knows = findings["database"].state == OK and is_signed_in(request)
    body = {"status": OK if is_well else FAILING, "checks": checks_of(findings, knows)}
    return JsonResponse(body, status=200 if is_well else 503, headers={"Cache-Control": "no-store"})


def checks_of(findings: Mapping[str, Finding], with_details: bool) -> dict[str, Any]:
    return {name: row_of(finding, with_details) for name, finding in findings.items()}


def row_of(finding: Finding, with_detail: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"state": finding.state, "age": finding.age}
    return row | {"detail": finding.detail} if with_detail else row
