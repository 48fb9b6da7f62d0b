"""Ways in: one-time links, made and used once, and the sessions of the probe."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from identity.errors import LinkError, LinkExpiredError, LinkUnknownError, LinkUsedError, ProbeNameTakenError
from identity.models import Role, SignInLink, User
from identity.roles import signs_in

LINK_LIFETIME = timedelta(minutes=10)
KEPT_AFTER_EXPIRY = timedelta(days=1)
BACKEND = "django.contrib.auth.backends.ModelBackend"
PROBE_NAME = "probe"
PROBE_SESSION_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ProbeSession:
    """What the probe must send with each request and with its socket's handshake (and the Origin, there); whose it is."""

    cookies: Mapping[str, str]
    expires_at: datetime
    user: User


def make_link(user: User, now: datetime) -> str:
    """The secret token of a new link for `user`; it is shown once and stored only as its hash."""
    SignInLink.objects.filter(expires_at__lt=now - KEPT_AFTER_EXPIRY).delete()
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_hash=hash_of(token), expires_at=now + LINK_LIFETIME)
    return token


def use_link(token: str, now: datetime) -> User:
    """The user whom the link signs in, spending it; a LinkError says why not."""
    link = SignInLink.objects.select_related("user").filter(token_hash=hash_of(token)).first()
    if link is None or not signs_in(link.user):
        raise LinkUnknownError
    unspent = SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now)
    if unspent.update(used_at=now) != 1:
        raise _reason(link, now)
    return link.user


def _reason(link: SignInLink, now: datetime) -> LinkError:
    return LinkExpiredError() if link.used_at is None and link.expires_at <= now else LinkUsedError()


def probe_session(now: datetime) -> ProbeSession:
    """A new session of the probe, whose user is made with the first; it lasts an hour.

    ProbeNameTakenError where the name is somebody else's. Sessions that have expired, anybody's, are swept.
    """
    Session.objects.filter(expire_date__lt=now).delete()
    user = _probe()
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    expires_at = now + PROBE_SESSION_LIFETIME
    store.set_expiry(expires_at)
    store.create()
    return ProbeSession({settings.SESSION_COOKIE_NAME: str(store.session_key)}, expires_at, user)


def _probe() -> User:
    unusable = {"role": Role.PROBE, "password": make_password(None)}
    user, _ = User.objects.get_or_create(username=PROBE_NAME, defaults=unusable)
    if user.role != Role.PROBE or not user.is_active:
        raise ProbeNameTakenError
    return user


def hash_of(token: str) -> str:
    """What is stored of a token; it is long and random, so no slow hash is needed."""
    return sha256(token.encode()).hexdigest()
