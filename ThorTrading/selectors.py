"""What may be read of the trading application: accounts through their members, balances and positions by account."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet

from identity.models import Role, User
from identity.roles import reads_everything
from ThorTrading.models import Account, AccountBalance, Membership, Position

MOST_DIGITS = 18  # of an id that a database knows


def accounts_visible_to(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Account]:
    """The accounts that `user` is a member of, oldest first; all for the probe, none for nobody."""
    if user.pk is None:
        return Account.objects.none()
    if reads_everything(user):
        return Account.objects.order_by("pk")
    return Account.objects.filter(memberships__user_id=user.pk, memberships__user__is_active=True).order_by("pk")


def trades_only_on_paper(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether a user is a member of paper accounts, at least one, and of no other."""
    return user.pk is not None and users_on_paper().filter(pk=user.pk).exists()


def users_on_paper() -> QuerySet[User]:
    """Those who trade only on paper."""
    paper = Membership.objects.filter(account__kind=Account.Kind.PAPER)
    others = Membership.objects.exclude(account__kind=Account.Kind.PAPER)
    people = User.objects.filter(is_active=True, pk__in=paper.values("user"))
    return people.exclude(pk__in=others.values("user"))


def seen_by(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Of many (user id, account id) those where the user may see the account; one query for memberships, one for probes."""
    users, accounts = {user for user, _ in pairs}, {account for _, account in pairs}
    members = Membership.objects.filter(user_id__in=users, account_id__in=accounts, user__is_active=True)
    probes = set(User.objects.filter(pk__in=users, role=Role.PROBE, is_active=True).values_list("pk", flat=True))
    seen = set(members.values_list("user_id", "account_id")) | {pair for pair in pairs if pair[0] in probes}
    return seen.intersection(pairs)


def account_visible_to(user: AbstractBaseUser | AnonymousUser, name: str) -> Account | None:
    """The account that `name` (its id, or its slug) means among those that `user` may see."""
    return account_among(accounts_visible_to(user), name)


def account_among(accounts: QuerySet[Account], name: str) -> Account | None:
    """The one that `name` (its id, or its slug) means."""
    if name.isascii() and name.isdecimal():
        return accounts.filter(pk=int(name)).first() if len(name) <= MOST_DIGITS else None
    return None if "\x00" in name else accounts.filter(slug=name).first()  # PostgreSQL fails of such a text


def members_of(account: Account) -> QuerySet[User]:
    """By name; those who are inactive, and see nothing, too."""
    return User.objects.filter(memberships__account=account).order_by("username")


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
