"""What each role may: one predicate per right, asked of whoever comes, signed in or not."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from identity.models import Role, User

Asking = AbstractBaseUser | AnonymousUser | None


def is_operator(user: Asking) -> bool:
    """May move stages and run the desk."""
    return _has(user, Role.OPERATOR)


def is_trader(user: Asking) -> bool:
    """May trade in the accounts that he is a member of: traders and operators."""
    return _has(user, Role.TRADER, Role.OPERATOR)


def reads_everything(user: Asking) -> bool:
    """Sees every account, member or not: the probe, which in turn changes nothing."""
    return _has(user, Role.PROBE)


def signs_in(user: Asking) -> bool:
    """Is a person or a program of one: the probe is neither, and never signs in by password or link."""
    return _has(user, Role.VIEWER, Role.TRADER, Role.OPERATOR)


def _has(user: Asking, *roles: Role) -> bool:
    return isinstance(user, User) and user.is_active and user.acting_role in roles
