"""Signing in, by password or one-time link, and out: the paths under /api/session/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import cast

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from identity.addresses import address_of_request
from identity.audit import note
from identity.errors import LinkError, TooManyAttemptsError, WrongPasswordError
from identity.models import ApiToken, By, Outcome, User
from identity.roles import signs_in
from identity.serializers import CredentialsSerializer, LinkTokenSerializer, SessionSerializer
from identity.services import BACKEND, use_link
from identity.throttling import count_attempt, forget_attempts


class SessionView(APIView):
    """The session of whoever asks."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        # Sets the cookie `csrftoken` in every answer, a 401 as well: signing in needs it.
        get_token(request._request)
        super().initial(request, *args, **kwargs)

    def get_permissions(self) -> list[BasePermission]:
        return [AllowAny() if self.request.method == "POST" else IsAuthenticated()]

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Who is signed in."""
        return session_of(request.user)

    @extend_schema(request=CredentialsSerializer, responses=SessionSerializer)
    def post(self, request: Request) -> Response:
        """Sign in by user name and password."""
        given = CredentialsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        username, password = given.validated_data["username"], given.validated_data["password"]
        now = timezone.now()
        with attempt(request, By.PASSWORD, username, now):
            user = authenticate(request._request, username=username, password=password)
            if not isinstance(user, User) or not signs_in(user):
                raise WrongPasswordError
        forget_attempts(address_of_request(request), username)
        return sign_in(request, user, By.PASSWORD, now)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Sign out; who comes with a token revokes it."""
        by, outcome = By.SESSION, Outcome.SIGNED_OUT
        if isinstance(request.auth, ApiToken):
            request.auth.delete()
            by, outcome = By.TOKEN, Outcome.REVOKED
        note(cast(User, request.user), address_of_request(request), by, outcome, timezone.now())
        logout(request._request)
        return Response(status=204)


class SessionLinkView(APIView):
    """Signing in by a one-time link."""

    permission_classes = [AllowAny]

    @extend_schema(request=LinkTokenSerializer, responses=SessionSerializer)
    def post(self, request: Request) -> Response:
        """Sign in by the token of a one-time link."""
        given = LinkTokenSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        now = timezone.now()
        with attempt(request, By.LINK, "", now):
            user = use_link(given.validated_data["token"], now)
        return sign_in(request, user, By.LINK, now)


@contextmanager
def attempt(request: Request, by: By, username: str, now: datetime) -> Iterator[None]:
    """Counts an attempt to sign in, notes one that failed, and turns what may be wrong with it into REST's refusals."""
    address = address_of_request(request)
    try:
        count_attempt(address, username, now)
        yield
    except TooManyAttemptsError as error:
        if error.is_first:  # a flood would else drive out what was noted before
            note(username, address, by, Outcome.LOCKED_OUT, now)
        raise Throttled(wait=error.seconds, detail=str(error)) from error
    except (LinkError, WrongPasswordError) as error:
        note(username, address, by, Outcome.REFUSED, now)
        raise AuthenticationFailed(str(error)) from error


def sign_in(request: Request, user: User, by: By, now: datetime) -> Response:
    if request._request.user == user:
        # Another session would end this one, and with it the sockets of his other tabs.
        request._request.session.modified = True
    else:
        login(request._request, user, backend=BACKEND)
    note(user, address_of_request(request), by, Outcome.SIGNED_IN, now)
    return session_of(user)


def session_of(user: AbstractBaseUser | AnonymousUser) -> Response:
    return Response(SessionSerializer({"user": user}).data)
