"""Who may ask what of REST, by role; whoever is refused gets a 403 that says what it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission

from identity.roles import is_operator, is_trader, signs_in

if TYPE_CHECKING:  # Django REST framework's views read the settings, which name these classes
    from rest_framework.request import Request
    from rest_framework.views import APIView


class IsOperator(BasePermission):
    message = "This is for operators."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_operator(request.user)


class IsTrader(BasePermission):
    message = "This is for traders and operators."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_trader(request.user)


class ByRole(BasePermission):
    """What holds where a view says nothing: whoever is known may read, traders and operators may change."""

    message = IsTrader.message

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_trader(request.user) or (request.method in SAFE_METHODS and bool(request.user.is_authenticated))


class HasSignedIn(BasePermission):
    """For people with a session: a token that leaked must not make itself another."""

    message = "This takes a session: sign in, and come without a token."

    def has_permission(self, request: Request, view: APIView) -> bool:
        return signs_in(request.user) and request.auth is None
