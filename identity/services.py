"""One-time sign-in links: made, and used once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from identity.errors import LinkError, LinkExpiredError, LinkUnknownError, LinkUsedError
from identity.models import SignInLink, User

LINK_LIFETIME = timedelta(minutes=10)
KEPT_AFTER_EXPIRY = timedelta(days=1)


def make_link(user: User, now: datetime) -> str:
    """The secret token of a new link for `user`; it is shown once and stored only as its hash."""
    SignInLink.objects.filter(expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_hash=hash_of(token), expires_at=now + LINK_LIFETIME)
    return token


def use_link(token: str, now: datetime) -> User:
    """The user whom the link signs in, spending it; a LinkError says why not."""
    link = SignInLink.objects.select_related("user").filter(token_hash=hash_of(token)).first()
    if link is None or not link.user.is_active:
        raise LinkUnknownError
    unspent = SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now)
    if unspent.update(used_at=now) != 1:
        raise _reason(link, now)
    return link.user


def _reason(link: SignInLink, now: datetime) -> LinkError:
    return LinkExpiredError() if link.used_at is None and link.expires_at <= now else LinkUsedError()


def hash_of(token: str) -> str:
    """What is stored of a token; it is long and random, so no slow hash is needed."""
    return sha256(token.encode()).hexdigest()
