"""Who may ask what of REST, by role; whoever is refused gets a 403 that says what it takes."""

from __future__ import annotations

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from identity.roles import is_operator, is_trader


class IsOperator(BasePermission):
    message = "This is for operators."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_operator(request.user)


class IsTrader(BasePermission):
    message = "This is for traders and operators."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_trader(request.user)
