"""API tokens: made once, shown once, found by their hash, ended by time or by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from identity.errors import RoleTooHighError, TooManyTokensError
from identity.models import ApiToken, Role, User

MOST_TOKENS = 20


@dataclass(frozen=True, slots=True)
class NewToken:
    row: ApiToken
    secret: str


@transaction.atomic
def make_token(user: User, name: str, role: Role, lifetime: timedelta, now: datetime) -> NewToken:
    """A new token of `user`, bounded to `role`; a TokenError says why not. His expired ones are swept."""
    if list(Role).index(role) > list(Role).index(Role(user.role)):
        raise RoleTooHighError
    User.objects.select_for_update().get(pk=user.pk)  # two at once must not both be the last
    ApiToken.objects.filter(user=user, expiry__lte=now).delete()
    if ApiToken.objects.filter(user=user).count() >= MOST_TOKENS:
        raise TooManyTokensError
    row, secret = ApiToken.objects.create(user, expiry=lifetime, name=name, role=role)
    return NewToken(row, secret)


def tokens_of(user: User, now: datetime) -> QuerySet[ApiToken]:
    """Those that still let somebody in, oldest first."""
    found: QuerySet[ApiToken] = ApiToken.objects.filter(user=user, expiry__gt=now).order_by("pk")
    return found


def revoke_token(user: User, pk: int) -> bool:
    """Whether `user` had such a token."""
    deleted, _ = ApiToken.objects.filter(user=user, pk=pk).delete()
    return bool(deleted)
