"""What may be read of the trading application: accounts through their members, balances and positions by account."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet

from identity.roles import reads_everything
from ThorTrading.models import Account, AccountBalance, Position

MOST_DIGITS = 18  # of an id that a database knows


def accounts_visible_to(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Account]:
    """The accounts that `user` is a member of, oldest first; all for the probe, none for nobody."""
    if user.pk is None:
        return Account.objects.none()
    if reads_everything(user):
        return Account.objects.order_by("pk")
    return Account.objects.filter(memberships__user_id=user.pk, memberships__user__is_active=True).order_by("pk")


def account_visible_to(user: AbstractBaseUser | AnonymousUser, name: str) -> Account | None:
    """The account that `name` (its id, or its slug) means among those that `user` may see."""
    visible = accounts_visible_to(user)
    if name.isascii() and name.isdecimal():
        return visible.filter(pk=int(name)).first() if len(name) <= MOST_DIGITS else None
    return visible.filter(slug=name).first()


def balances_of(account_ids: Collection[int]) -> dict[int, AccountBalance]:
    """The balances by account id, with their accounts; an account that was never read has none."""
    rows = AccountBalance.objects.select_related("account").filter(account_id__in=account_ids)
    return {row.account_id: row for row in rows}


def held_symbols() -> list[str]:
    """What any account holds."""
    return list(Position.objects.order_by("symbol").values_list("symbol", flat=True).distinct())


def holders(account_ids: Collection[int]) -> dict[int, Account]:
    """The accounts by id whose positions were read at least once, with `positions` at hand, sorted by symbol."""
    positions = Prefetch("positions", Position.objects.order_by("symbol"))
    rows = Account.objects.filter(pk__in=account_ids, positions_as_of__isnull=False).prefetch_related(positions)
    return {row.pk: row for row in rows}
