"""One's own API tokens: the paths under /api/tokens/, for whoever has signed in; no token makes or ends another."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from identity.addresses import address_of_request
from identity.audit import note
from identity.errors import RoleTooHighError, TooManyTokensError
from identity.models import By, Outcome, Role, User
from identity.permissions import HasSignedIn
from identity.serializers import NewTokenSerializer, TokenSerializer, TokensSerializer, TokenWishSerializer
from identity.tokens import make_token, revoke_token, tokens_of


class TokensView(APIView):
    permission_classes = [HasSignedIn]

    @extend_schema(responses=TokensSerializer)
    def get(self, request: Request) -> Response:
        """Your tokens; not their secrets, which nobody has but you."""
        return Response(
            {"items": TokenSerializer(tokens_of(asking(request), timezone.now()), many=True).data, "next": None}
        )

    @extend_schema(request=TokenWishSerializer, responses={201: NewTokenSerializer})
    def post(self, request: Request) -> Response:
        """Make a token; its secret is in this answer, and shown this once."""
        given = TokenWishSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user, wish = asking(request), given.validated_data
        role, lifetime = Role(wish.get("role", user.role)), timedelta(days=wish["days"])
        try:
            made = make_token(user, wish["name"], role, lifetime, timezone.now())
        except RoleTooHighError as error:
            raise ValidationError({"role": str(error)}) from error
        except TooManyTokensError as error:
            raise ValidationError(str(error)) from error
        note(user, address_of_request(request), By.TOKEN, Outcome.MADE, timezone.now())
        body = TokenSerializer(made.row).data | {"token": made.secret}
        return Response(body, status=201, headers={"Cache-Control": "no-store"})


class TokenView(APIView):
    permission_classes = [HasSignedIn]

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Revoke a token: it lets nobody in from now on, and its sockets are closed."""
        if not revoke_token(asking(request), pk):
            raise Http404(f"you have no token {pk}")
        note(asking(request), address_of_request(request), By.TOKEN, Outcome.REVOKED, timezone.now())
        return Response(status=204)


def asking(request: Request) -> User:
    return cast(User, request.user)
