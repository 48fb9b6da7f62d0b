"""Users for tests."""

from __future__ import annotations

from typing import Any

from identity.models import User


def make_user(username: str = "ann", password: str | None = None, **differing: Any) -> User:
    """A user; without a password only a link signs him in."""
    return User.objects.create_user(username=username, password=password, **differing)
