"""How often one may try to sign in: per address, per address and user name, and per user name from anywhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from identity.addresses import counted_as
from identity.errors import TooManyAttemptsError
from identity.models import SignInWindow

WINDOW = timedelta(minutes=5)
PER_ADDRESS = 60
PER_ADDRESS_AND_NAME = 8
LOCK_OUT = timedelta(hours=1)
PER_NAME = 40


def count_attempt(address: str, username: str, now: datetime) -> None:
    """Count one attempt before anything is checked; TooManyAttemptsError where a limit is spent.

    A refused address leaves no row for the name, so what a flood can store is bounded by the address's limit.
    """
    address = counted_as(address)
    SignInWindow.objects.filter(ends_at__lte=now).delete()
    _count(_key(address), PER_ADDRESS, WINDOW, now)
    if username:
        _count(_key(address, username), PER_ADDRESS_AND_NAME, WINDOW, now)
        _count(_key("", username), PER_NAME, LOCK_OUT, now)


def forget_attempts(address: str, username: str) -> None:
    """After a success: the name's failures, from this address and from anywhere, count no more."""
    SignInWindow.objects.filter(key__in=[_key(counted_as(address), username), _key("", username)]).delete()


def _count(key: str, limit: int, length: timedelta, now: datetime) -> None:
    attempts, ends_at = _counted(key, limit, length, now)
    if attempts > limit:
        raise TooManyAttemptsError((ends_at - now).total_seconds(), is_first=attempts == limit + 1)


@transaction.atomic
def _counted(key: str, limit: int, length: timedelta, now: datetime) -> tuple[int, datetime]:
    """How many with this one, counted up to two beyond the limit, and when the window ends."""
    window, _ = SignInWindow.objects.select_for_update().get_or_create(key=key, defaults={"ends_at": now + length})
    if window.attempts < limit + 2:
        window.attempts += 1
        window.save(update_fields=["attempts"])
    return window.attempts, window.ends_at


def _key(*parts: str) -> str:
    return sha256("\n".join(part.lower() for part in parts).encode()).hexdigest()
