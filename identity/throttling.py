"""How often one may try to sign in: per address, and per address and user name."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from identity.errors import TooManyAttemptsError
from identity.models import SignInWindow

WINDOW = timedelta(minutes=5)
PER_ADDRESS = 60
PER_ADDRESS_AND_NAME = 8


def count_attempt(address: str, username: str, now: datetime) -> None:
    """Count one attempt before anything is checked; TooManyAttemptsError where a limit is spent.

    A refused address leaves no row for the name, so what a flood can store is bounded by the address's limit.
    """
    SignInWindow.objects.filter(ends_at__lte=now).delete()
    _count(_key(address), PER_ADDRESS, now)
    if username:
        _count(_key(address, username), PER_ADDRESS_AND_NAME, now)


def forget_attempts(address: str, username: str) -> None:
    """After a success: the name's failures from this address count no more."""
    SignInWindow.objects.filter(key=_key(address, username)).delete()


@transaction.atomic
def _count(key: str, limit: int, now: datetime) -> None:
    window, _ = SignInWindow.objects.select_for_update().get_or_create(key=key, defaults={"ends_at": now + WINDOW})
    if window.attempts >= limit:
        raise TooManyAttemptsError((window.ends_at - now).total_seconds())
    window.attempts += 1
    window.save(update_fields=["attempts"])


def _key(*parts: str) -> str:
    return sha256("\n".join(part.lower() for part in parts).encode()).hexdigest()
