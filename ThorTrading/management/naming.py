"""What a command's words mean; what they do not is refused by name, with what there is."""

from __future__ import annotations

from django.core.management.base import CommandError

from identity.models import User
from ThorTrading.models import Account
from ThorTrading.selectors import account_among


def account_named(name: str) -> Account:
    """By its slug or its id."""
    account = account_among(Account.objects.all(), name)
    if account is None:
        known = ", ".join(f"{slug} ({pk})" for pk, slug in Account.objects.order_by("pk").values_list("pk", "slug"))
        raise CommandError(f"there is no account {name!r}; there are: {known or 'none'}")
    return account


def user_named(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"there is no user {username!r}: make one with create_user")
    return user
